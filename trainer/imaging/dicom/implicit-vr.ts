// What kind of value the elements have that are read here, for files whose transfer syntax does not say so.
const OF_TAG: Readonly<Record<number, string>> = {
  ...{ 0x00280002: 'US', 0x00280006: 'US', 0x00280010: 'US', 0x00280011: 'US', 0x00280100: 'US', 0x00280101: 'US' },
  ...{ 0x00280102: 'US', 0x00280103: 'US', 0x00280120: 'US', 0x00620004: 'US', 0x0062000d: 'US', 0x0062000e: 'US' },
  ...{ 0x0062000b: 'US', 0x00209157: 'UL', 0x00189327: 'FD', 0x00280009: 'AT', 0x52009230: 'SQ', 0x0048021e: 'SL' },
}

/** Text, unless it is one of the few binary numbers that are read. */
export const implicitVr = (tag: number): string => OF_TAG[tag] ?? 'UN'
