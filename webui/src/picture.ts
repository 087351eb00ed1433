/** A picture that somebody chose, made small enough for an avatar. */

const SIDE = 256; // device pixels: the largest tile's face on a dense screen
const MOST = 44_000; // bytes: as base64 it fits a message of 64 KiB
const QUALITIES = [0.9, 0.8, 0.65, 0.5, 0.3];

/** The square middle of a picture as base64 of a WebP or JPEG. Drawing it anew also drops where it was taken. `null`: that is no picture. */
export async function shrink(file: Blob): Promise<string | null> {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return null;
  const side = Math.min(picture.width, picture.height);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = Math.min(SIDE, side);
  const context = canvas.getContext('2d');
  if (!context || side === 0) return null;
  context.fillStyle = '#fff'; // a JPEG has nothing to see through
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  const [x, y] = [(picture.width - side) / 2, (picture.height - side) / 2];
  context.drawImage(picture, x, y, side, side, 0, 0, canvas.width, canvas.height);
  picture.close();
  for (const quality of QUALITIES) {
    const made = await encode(canvas, quality);
    if (made && made.size <= MOST) return base64(made);
  }
  return null;
}

async function encode(canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> {
  const webp = await blobOf(canvas, 'image/webp', quality);
  return webp?.type === 'image/webp' ? webp : blobOf(canvas, 'image/jpeg', quality); // WebKit writes no WebP
}

function blobOf(canvas: HTMLCanvasElement, type: string, quality: number): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
}

async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
