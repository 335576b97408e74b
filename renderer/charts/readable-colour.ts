// Colours that were given, such as those of organs, so that a thin line in them is seen on the ground of either theme.

/** WCAG 2.2, non-text contrast */
const LEAST_CONTRAST = 3
const STEPS = 10

type Rgb = readonly [number, number, number]

/**
 * @param colour, ground, ink #rrggbb
 * @returns the colour, mixed with as little ink as makes it stand out from the ground
 */
export function readableColour(colour: string, ground: string, ink: string): string {
  const [own, below, towards] = [parse(colour), parse(ground), parse(ink)]
  if (!own || !below || !towards) return colour
  for (let step = 0; step < STEPS; step++) {
    const mixed = own.map((value, channel) =>
      Math.round(value + ((towards[channel]! - value) * step) / STEPS),
    ) as unknown as Rgb
    if (contrast(mixed, below) >= LEAST_CONTRAST) return toHex(mixed)
  }
  return ink
}

function parse(colour: string): Rgb | null {
  const digits = /^#([0-9a-f]{6})$/i.exec(colour)?.[1]
  if (digits === undefined) return null
  const value = Number.parseInt(digits, 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

const toHex = (rgb: Rgb): string => `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`

/** Relative luminance of sRGB. */
function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

export function contrast(one: Rgb, other: Rgb): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (high! + 0.05) / (low! + 0.05)
}
