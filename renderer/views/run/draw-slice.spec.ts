import { describe, expect, it } from 'vitest'
import { bytesOf, paintSlice, parseColour } from './draw-slice.ts'

describe('a slice', () => {
  it('is grey, and half in the colour of an organ', () => {
    const slice = { shape: [1, 3] as [number, number], image: btoa('\u0000\u0064\u00ff') }
    expect([
      ...paintSlice(slice, Uint8Array.from([0, 2, 9]), [parseColour('#000000'), parseColour('#ff0080')]),
    ]).toEqual([...[0, 0, 0, 255], ...[178, 50, 114, 255], ...[255, 255, 255, 255]])
  })

  it('comes as text', () => expect([...bytesOf(btoa('\u0001\u00fe'))]).toEqual([1, 254]))
})
