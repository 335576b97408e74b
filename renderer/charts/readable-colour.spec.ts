import { expect, test } from 'vitest'
import { contrast, readableColour } from './readable-colour.ts'

const [dark, light] = [
  { ground: '#12171d', ink: '#e8edf3' },
  { ground: '#ffffff', ink: '#17202b' },
]

test('a colour that stands out stays as it is', () => {
  expect(readableColour('#e8a0cc', dark.ground, dark.ink)).toBe('#e8a0cc')
  expect(readableColour('#1b4d2b', light.ground, light.ink)).toBe('#1b4d2b')
})

test.each([
  ['#1b4d2b', dark],
  ['#0000ff', dark],
  ['#f0e442', light],
  ['#56b4e9', light],
])('%s is moved towards the ink until it stands out', (colour, { ground, ink }) => {
  const changed = readableColour(colour, ground, ink)
  expect(changed).not.toBe(colour)
  const rgb = (hex: string): [number, number, number] => [
    Number.parseInt(hex.slice(1, 3), 16),
    Number.parseInt(hex.slice(3, 5), 16),
    Number.parseInt(hex.slice(5, 7), 16),
  ]
  expect(contrast(rgb(changed), rgb(ground))).toBeGreaterThanOrEqual(3)
})

test('black on white is 21 to 1, and what is no such colour is left alone', () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21)
  expect(readableColour('currentColor', light.ground, light.ink)).toBe('currentColor')
})
