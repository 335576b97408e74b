// A predicted slice as pixels: grey, with the organs in their colours over it.
import type { RunSlice } from '../../../contract/run-slice.ts'

/** How much of an organ's colour shows, the rest is the image. */
const OPACITY = 0.5

export const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))

type Rgb = readonly [number, number, number]

/** '#rrggbb' */
export function parseColour(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}

/**
 * @param classes organ of each pixel, from 1, or 0
 * @param colours of the organs, in their order
 * @returns [height, width, 4] bytes; the patient's right is on the left, as readers are used to
 */
export function paintSlice(
  { shape, image }: Pick<RunSlice, 'shape' | 'image'>,
  classes: Uint8Array,
  colours: readonly Rgb[],
): Uint8ClampedArray<ArrayBuffer> {
  const grey = bytesOf(image)
  const pixels = new Uint8ClampedArray(shape[0] * shape[1] * 4)
  for (let at = 0; at < grey.length; at++) {
    const colour = colours[(classes[at] ?? 0) - 1]
    const value = grey[at] ?? 0
    for (let channel = 0; channel < 3; channel++) {
      pixels[at * 4 + channel] = colour ? value * (1 - OPACITY) + (colour[channel] ?? 0) * OPACITY : value
    }
    pixels[at * 4 + 3] = 255
  }
  return pixels
}
