// The channels of an image in one array [C, D, H, W]: each is a plane of its own, so that whatever works on one channel
// works on any. With one channel the array is that channel.

/** They share the memory of the image. @param image [C, D, H, W] */
export function planesOf<T extends ArrayBufferLike>(image: Float32Array<T>, channels: number): Float32Array<T>[] {
  const voxels = image.length / channels
  return Array.from({ length: channels }, (_, n) => image.subarray(n * voxels, (n + 1) * voxels))
}

/** @returns the only plane itself, several behind one another in an array of their own */
export function joinPlanes<T extends ArrayBufferLike>(
  planes: readonly Float32Array<T>[],
): Float32Array<T> | Float32Array<ArrayBuffer> {
  const [first] = planes
  if (first !== undefined && planes.length === 1) return first
  const image = new Float32Array(planes.reduce((sum, plane) => sum + plane.length, 0))
  let at = 0
  for (const plane of planes) {
    image.set(plane, at)
    at += plane.length
  }
  return image
}

/** The smallest value of each channel: what stands for places outside the image. */
export const lowestOf = (image: Float32Array, channels: number): number[] =>
  planesOf(image, channels).map((plane) => plane.reduce((low, value) => Math.min(low, value), Infinity))
