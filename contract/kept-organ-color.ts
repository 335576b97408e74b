// A colour for a name that the organ vocabulary does not know: the same in every window and every picture.

/** @returns #rrggbb, of a hue that follows from the name and of middle lightness */
export function keptOrganColor(name: string): string {
  let hash = 2166136261
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619) >>> 0
  const hue = hash % 360
  const channel = (offset: number): string => {
    const k = (offset + hue / 30) % 12
    const value = 0.55 - 0.35 * Math.max(-1, Math.min(k - 3, 9 - k, 1))
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, '0')
  }
  return `#${channel(0)}${channel(8)}${channel(4)}`
}
