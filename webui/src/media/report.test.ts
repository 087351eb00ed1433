// @vitest-environment node
import { expect, test } from 'vitest';
import { keyText } from './keys';
import { Gathering } from './report';

const ann = keyText({ user: 'ann', kind: 'camera' });

test('counts run on and samples begin anew', () => {
  const gathering = new Gathering();
  gathering.drew(ann, 2, 1000);
  gathering.drew(ann, 1, 1500);
  gathering.size(ann, 320, 180);
  gathering.latency(40.4);
  gathering.age(20.6);
  gathering.frame(34.4);
  gathering.spoke('bob');
  gathering.spoke('bob');
  expect(gathering.take(2000.4, 'generator')).toEqual({
    elapsed_ms: 1000,
    drawn: { 'ann/camera': 3 },
    latency_ms: [40],
    age_ms: [21],
    frames_ms: [34],
    sizes: { 'ann/camera': [320, 180] },
    spoke: ['bob'],
    painter: 'generator',
  });
  expect(gathering.take(3000, 'generator')).toMatchObject({
    elapsed_ms: 2000,
    drawn: { 'ann/camera': 3 },
    latency_ms: [],
    age_ms: [],
    spoke: ['bob'],
  });
});

test('time counts from the first frame', () => {
  const gathering = new Gathering();
  expect(gathering.take(500, '').elapsed_ms).toBe(0);
  gathering.drew(ann, 0, 600);
  expect(gathering.take(700, '').elapsed_ms).toBe(0);
});

test('a report is bounded', () => {
  const gathering = new Gathering();
  for (let i = 0; i < 10_000; i += 1) gathering.latency(i);
  expect(gathering.take(0, '').latency_ms).toHaveLength(512);
});
