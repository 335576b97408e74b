import { describe, expect, test } from 'vitest'
import { placeSlice, scaleBarMm, toCanvas, toCornerstone, toPixel, WHOLE, zoomAbout } from './placement.ts'
import type { PlaneSize } from './planes.ts'

/** 100 x 50 mm on a canvas of 400 x 400: 4 canvas pixels a mm. */
const size: PlaneSize = { columns: 100, rows: 10, columnMm: 1, rowMm: 5, slices: 1 }
const canvas = { width: 400, height: 400 }

describe('a slice on its canvas', () => {
  test('fits, is in the middle, and keeps its proportions in millimetres', () => {
    const placement = placeSlice(size, canvas, WHOLE)
    expect(placement).toEqual({ scaleX: 4, scaleY: 20, offsetX: 0, offsetY: 100, perMm: 4 })
    expect(toCanvas(placement, { x: 50, y: 5 })).toEqual({ x: 200, y: 200 })
    expect(toPixel(placement, toCanvas(placement, { x: 13.5, y: 2.5 }))).toEqual({ x: 13.5, y: 2.5 })
  })

  test('zooming leaves the place under the pointer where it is', () => {
    const view = { zoom: 1.5, panMm: { x: 3, y: -4 } }
    const before = placeSlice(size, canvas, view)
    const at = { x: 90, y: 310 }
    const after = placeSlice(size, canvas, zoomAbout(view, 2, at, canvas, before))
    expect(after.perMm).toBeCloseTo(12)
    expect(toPixel(after, at).x).toBeCloseTo(toPixel(before, at).x)
    expect(toPixel(after, at).y).toBeCloseTo(toPixel(before, at).y)
  })

  test('cornerstone is told the same in its own terms', () => {
    const view = { zoom: 1, panMm: { x: 10, y: 10 } }
    const placement = placeSlice(size, canvas, view)
    // the finer axis has 4 canvas pixels a pixel; 10 mm are 10 columns and 2 rows
    expect(toCornerstone(size, placement, view)).toEqual({ scale: 4, translation: { x: 10, y: 2 } })
  })

  test('the scale bar has a round length of at most a quarter of the width', () => {
    expect(scaleBarMm({ ...placeSlice(size, canvas, WHOLE), perMm: 4 }, 400)).toBe(20)
    expect(scaleBarMm({ ...placeSlice(size, canvas, WHOLE), perMm: 1 }, 400)).toBe(100)
    expect(scaleBarMm({ ...placeSlice(size, canvas, WHOLE), perMm: 50 }, 400)).toBe(2)
  })
})
