// Structures of radiotherapy plans that are no organs: target volumes, outlines, couches, helpers of the optimisation.
// Told by the type that a structure set gives them (RT ROI Interpreted Type, PS3.3 C.8.8.8.1) or the category that a DICOM
// SEG gives them (dicom-segmentation.ts), else by their names. Only
// asked about names that the vocabulary does not know. A name that matches by mistake costs somebody an organ: the test
// beside this file lists the organs that every pattern must leave alone.

interface NotOrgan {
  /** As it is said to people */
  readonly what: string
  /** Of plain names: lower case, one blank for whatever separates words */
  readonly names: RegExp
  readonly types: readonly string[]
}

/** Told by the type alone. */
const NO_NAME = /(?!)/

export const NOT_ORGANS: readonly NotOrgan[] = [
  {
    what: 'outline of the patient',
    names: /^(body|external|patient|outline)( (outline|contour|surface|external|shell))?( ?\d+)?$|^outer contour$/,
    types: ['EXTERNAL'],
  },
  { what: 'target volume', names: /^(z+ ?)?(i ?)?(ptv|ctv|gtv|itv)/, types: ['PTV', 'CTV', 'GTV'] },
  // An organ without its tumour, a ring around one.
  { what: 'drawn after a target volume', names: / i?(ptv|ctv|gtv|itv)/, types: [] },
  { what: 'organ with a margin', names: /prv( |\d|$)/, types: [] },
  {
    what: 'couch or fixation',
    names: /^(couch|table ?top|treatment (table|couch)|table$|base ?plate|immobili[sz]ation)/,
    types: ['SUPPORT', 'FIXATION'],
  },
  { what: 'bolus', names: /^bolus/, types: ['BOLUS'] },
  {
    // "opt" is short for the optic nerve, chiasm and tract too, and fingers have rings.
    what: 'helper of the optimisation',
    names:
      /^zz|^z+ |^avoid|^opt(?! (n|nr?v|nerves?|ch|chi|chias\w*|tr|tracts?)( |\d|$)) | opt( ?\d+)?$|^rings?( ?\d.*| [a-z]| (inner|outer|near|far|low|high|mid|middle|total)( .*)?)?$/,
    types: ['CONTROL'],
  },
  {
    what: 'dose region',
    names: /^(iso ?)?doses?( |\d|$)|^iso ?\d|^[\d ]+(%|c?gy)/,
    types: ['DOSE_REGION', 'TREATED_VOLUME', 'IRRAD_VOLUME'],
  },
  {
    what: 'marker or isocentre',
    names: /^(markers?|fiducials?)( |\d|$)|^iso( ?cent(er|re))?( ?\d+)?$/,
    types: ['MARKER', 'ISOCENTER', 'REGISTRATION', 'DOSE_MEASUREMENT'],
  },
  { what: 'physical object', names: NO_NAME, types: ['PHYSICAL_OBJECT'] },
  { what: 'region and no body part', names: NO_NAME, types: ['SPATIAL_CONCEPT'] },
  {
    what: 'part of a brachytherapy',
    names: /^brachy/,
    types: ['BRACHY_CHANNEL', 'BRACHY_ACCESSORY', 'BRACHY_SRC_APP', 'BRACHY_CHNL_SHLD'],
  },
]

/**
 * What a structure is, when it is no organ; null when nothing speaks against one.
 * Planning systems call most structures ORGAN, and organs at risk AVOIDANCE: these types say nothing here.
 * @param type as the file gives it; empty where it says nothing
 */
export function notOrgan(name: string, type = ''): string | null {
  const byType = NOT_ORGANS.find(({ types }) => types.includes(type))
  if (byType) return `${byType.what}: its file says ${type}`
  const plain = plainName(name)
  return NOT_ORGANS.find(({ names }) => names.test(plain))?.what ?? null
}

/** @example plainName('CouchSurface_1') === 'couch surface 1' */
const plainName = (name: string): string =>
  name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}%]+/gu, ' ')
    .trim()
