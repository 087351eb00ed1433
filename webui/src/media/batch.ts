/**
 * Reads the media socket's binary batches: little endian, `u32 number, u32 count`, then for each frame
 * `u16 stream, width, height, flags`, `f64 delivered` (epoch ms) and I420 bytes padded to a multiple of 8.
 */

export interface BatchFrame {
  stream: number;
  width: number;
  height: number;
  /** When the SDK delivered it, in epoch milliseconds. */
  delivered: number;
  /** Where its I420 bytes begin in the batch, and how many they are. */
  offset: number;
  length: number;
}

export interface Batch {
  number: number;
  frames: BatchFrame[];
}

const BATCH_HEADER = 8;
const FRAME_HEADER = 16;

/** Bytes of an I420 picture; odd sizes round the colour planes up. */
export function i420Length(width: number, height: number): number {
  return width * height + 2 * ((width + 1) >> 1) * ((height + 1) >> 1);
}

/** Throws a RangeError when the bytes are not exactly one batch. */
export function readBatch(buffer: ArrayBuffer): Batch {
  const view = new DataView(buffer);
  const number = view.getUint32(0, true);
  const count = view.getUint32(4, true);
  const frames: BatchFrame[] = [];
  let at = BATCH_HEADER;
  for (let i = 0; i < count; i += 1) {
    const width = view.getUint16(at + 2, true);
    const height = view.getUint16(at + 4, true);
    const length = i420Length(width, height);
    const offset = at + FRAME_HEADER;
    if (offset + length > buffer.byteLength) throw new RangeError('a frame reaches beyond its batch');
    const delivered = view.getFloat64(at + 8, true);
    frames.push({ stream: view.getUint16(at, true), width, height, delivered, offset, length });
    at = offset + ((length + 7) & ~7);
  }
  if (at !== buffer.byteLength) throw new RangeError('a batch has bytes left over');
  return { number, frames };
}

/** The acknowledgement of all batches up to `number`. */
export function acknowledgement(number: number): ArrayBuffer {
  const buffer = new ArrayBuffer(4);
  new DataView(buffer).setUint32(0, number, true);
  return buffer;
}
