// What pictures are drawn on: RGB pixels, rectangles, and capitals five pixels high.
import type { Picture } from './encode-png.ts'

export type Colour = readonly [red: number, green: number, blue: number]

/** Three columns a glyph, five rows from the top; # is ink. */
const GLYPHS: Readonly<Record<string, string>> = {
  A: '.#. #.# ### #.# #.#',
  B: '##. #.# ##. #.# ##.',
  C: '.## #.. #.. #.. .##',
  D: '##. #.# #.# #.# ##.',
  E: '### #.. ##. #.. ###',
  F: '### #.. ##. #.. #..',
  G: '.## #.. #.# #.# .##',
  H: '#.# #.# ### #.# #.#',
  I: '### .#. .#. .#. ###',
  J: '..# ..# ..# #.# .#.',
  K: '#.# #.# ##. #.# #.#',
  L: '#.. #.. #.. #.. ###',
  M: '#.# ### ### #.# #.#',
  N: '##. #.# #.# #.# #.#',
  O: '.#. #.# #.# #.# .#.',
  P: '##. #.# ##. #.. #..',
  Q: '.#. #.# #.# ### .##',
  R: '##. #.# ##. #.# #.#',
  S: '.## #.. .#. ..# ##.',
  T: '### .#. .#. .#. .#.',
  U: '#.# #.# #.# #.# ###',
  V: '#.# #.# #.# #.# .#.',
  W: '#.# #.# ### ### #.#',
  X: '#.# #.# .#. #.# #.#',
  Y: '#.# #.# .#. .#. .#.',
  Z: '### ..# .#. #.. ###',
  0: '### #.# #.# #.# ###',
  1: '.#. ##. .#. .#. ###',
  2: '##. ..# .#. #.. ###',
  3: '##. ..# .#. ..# ##.',
  4: '#.# #.# ### ..# ..#',
  5: '### #.. ##. ..# ##.',
  6: '.## #.. ### #.# ###',
  7: '### ..# .#. .#. .#.',
  8: '### #.# ### #.# ###',
  9: '### #.# ### ..# ##.',
  '-': '... ... ### ... ...',
  '.': '... ... ... ... .#.',
  '+': '... .#. ### .#. ...',
}
const ADVANCE = 4

export class Canvas implements Picture {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array

  constructor(width: number, height: number, background: Colour = [0, 0, 0]) {
    this.width = width
    this.height = height
    this.rgb = new Uint8Array(width * height * 3)
    this.fill(0, 0, width, height, background)
  }

  fill(left: number, top: number, width: number, height: number, colour: Colour): void {
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) this.rgb.set(colour, (y * this.width + x) * 3)
    }
  }

  /** @throws RangeError when the picture sticks out */
  paste(picture: Picture, left: number, top: number): void {
    if (left + picture.width > this.width || top + picture.height > this.height) {
      throw new RangeError(
        `${picture.width} x ${picture.height} at ${left}, ${top} sticks out of ${this.width} x ${this.height}`,
      )
    }
    const stride = picture.width * 3
    for (let y = 0; y < picture.height; y++) {
      this.rgb.set(picture.rgb.subarray(y * stride, (y + 1) * stride), ((top + y) * this.width + left) * 3)
    }
  }

  /** Capitals, digits, dash, plus and dot; anything else is a space. */
  write(text: string, left: number, top: number, colour: Colour, size = 2): void {
    for (const [at, character] of [...text.toUpperCase()].entries()) {
      for (const [row, ink] of (GLYPHS[character] ?? '').split(' ').entries()) {
        for (const [column, dot] of [...ink].entries()) {
          if (dot === '#') this.fill(left + (at * ADVANCE + column) * size, top + row * size, size, size, colour)
        }
      }
    }
  }
}

/** Pixels that a text takes, its trailing gap included. */
export const textWidth = (text: string, size = 2): number => [...text].length * ADVANCE * size

/** "#1a2b3c" */
export const parseColour = (hex: string): Colour =>
  [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as unknown as Colour
