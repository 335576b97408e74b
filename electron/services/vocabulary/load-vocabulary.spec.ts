// resources/organs.json is sound, complete and safe to look at; and an unsound vocabulary is refused.
import { statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Organ, Vocabulary } from '../../../contract/organ.ts'
import { checkVocabulary, loadVocabulary } from './load-vocabulary.ts'

const vocabulary = loadVocabulary()
const organ = (id: string): Organ => {
  const found = vocabulary.organs.find((candidate) => candidate.id === id)
  if (!found) throw new Error(`no ${id}`)
  return found
}
const entry = (id: string, rest: Partial<Organ> = {}): Organ => ({
  id,
  name: id,
  synonyms: [],
  laterality: null,
  counterpart: null,
  partOf: [],
  mayOverlap: [],
  members: [],
  snomedCode: null,
  color: '#123456',
  ...rest,
})
const of = (...organs: Organ[]): Vocabulary => ({ version: 1, organs })

describe('the committed vocabulary', () => {
  it('is read once', () => {
    expect(loadVocabulary()).toBe(vocabulary)
    expect(vocabulary.organs.length).toBeGreaterThan(250)
    expect(statSync(new URL('../../../resources/organs.json', import.meta.url)).size).toBeLessThan(120_000)
  })

  it('gives a side to every name with one, and a counterpart only where the sides are mirror images', () => {
    for (const { id, laterality } of vocabulary.organs) {
      const named = /(^|_)(left|right)(_|$)/.exec(id)?.[2] ?? null
      if (id !== 'left_anterior_descending_artery') expect(laterality, id).toBe(named)
    }
    expect(organ('kidney_left').counterpart).toBe('kidney_right')
    expect(organ('rib_right_12').counterpart).toBe('rib_left_12')
    for (const id of ['heart_ventricle_left', 'lung_middle_lobe_right', 'atrial_appendage_left', 'hepatic_lobe_left']) {
      expect(organ(id).counterpart, id).toBeNull()
    }
  })

  it('knows what lies in what', () => {
    expect(organ('brainstem').partOf).toContain('brain')
    expect(organ('hippocampus_anterior').partOf).toContain('hippocampus')
    expect(organ('hippocampus_posterior').partOf).toContain('hippocampus')
    expect(organ('liver_tumour').partOf).toEqual(['liver'])
    expect(organ('femoral_head_left').partOf).toEqual(['femur_left'])
    expect(organ('lens_right').partOf).toContain('eye_right')
  })

  it('has SNOMED CT concept ids with a valid check digit', () => {
    for (const { id, snomedCode } of vocabulary.organs) {
      if (snomedCode !== null) expect(verhoeff(snomedCode), `${id} ${snomedCode}`).toBe(0)
    }
    expect(organ('liver').snomedCode).toBe('10200004')
    expect(organ('parotid_gland_left').snomedCode).toBe('45289007')
  })

  it('has no colour twice, and keeps organs seen together apart for colour-blind eyes', () => {
    expect(new Set(vocabulary.organs.map((entry) => entry.color)).size).toBe(vocabulary.organs.length)
    const together = [
      ['liver', 'spleen', 'kidney_left', 'kidney_right', 'stomach', 'pancreas', 'aorta', 'gallbladder'],
      ['brainstem', 'spinal_cord', 'parotid_gland_left', 'parotid_gland_right', 'mandible', 'larynx'],
      ['hippocampus_anterior', 'hippocampus_posterior'],
    ]
    for (const ids of together) {
      for (const [at, first] of ids.entries()) {
        for (const second of ids.slice(at + 1)) {
          expect(deuteranopeDistance(organ(first).color, organ(second).color), `${first} ${second}`).toBeGreaterThan(20)
        }
      }
    }
  })
})

describe('checkVocabulary', () => {
  it('accepts a sound one', () => {
    const sound = of(
      entry('a_left', { laterality: 'left', counterpart: 'a_right' }),
      entry('a_right', { laterality: 'right', counterpart: 'a_left' }),
      entry('b', { members: ['a_left', 'a_right'] }),
    )
    expect(checkVocabulary(sound)).toBe(sound)
  })

  it.each<[string, Vocabulary, RegExp]>([
    ['an id twice', of(entry('a'), entry('a')), /an id occurs twice/],
    ['a name of two organs', of(entry('aorta'), entry('b', { synonyms: ['AORTA '] })), /"AORTA " means b and aorta/],
    ['a plural of another', of(entry('kidney'), entry('kidneys')), /"kidneys" means kidneys and kidney/],
    ['a name without letters', of(entry('a', { synonyms: ['12'] })), /"12" of a is not a name/],
    ['a missing whole', of(entry('a', { partOf: ['whole'] })), /a names whole, which is missing/],
    ['a missing member', of(entry('a', { members: ['m'] })), /a names m, which is missing/],
    ['a missing counterpart', of(entry('a', { counterpart: 'b' })), /counterpart b, which is missing/],
    [
      'a one-sided counterpart',
      of(entry('p_left', { laterality: 'left', counterpart: 'p_right' }), entry('p_right', { laterality: 'right' })),
      /p_left and its counterpart p_right do not agree/,
    ],
    ['a one-sided overlap', of(entry('a', { mayOverlap: ['b'] }), entry('b')), /b does not overlap a back/],
    ['a circle of parts', of(entry('a', { partOf: ['b'] }), entry('b', { partOf: ['a'] })), /through partOf/],
    ['a group in itself', of(entry('a', { members: ['a'] })), /a leads back to itself through members/],
  ])('refuses %s', (_, unsound, message) => {
    expect(() => checkVocabulary(unsound)).toThrow(message)
  })
})

/** 0 for a valid id. The digits form the dihedral group of order 10; position p applies the permutation p times. */
function verhoeff(id: string): number {
  const multiply = (a: number, b: number): number => {
    const rotation = a < 5 ? (a + b) % 5 : (a - b + 10) % 5
    return rotation + (a < 5 === b < 5 ? 0 : 5)
  }
  const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
  return [...id].reverse().reduce((check, digit, position) => {
    let value = Number(digit)
    for (let step = 0; step < position % 8; step++) value = permutation[value] as number
    return multiply(check, value)
  }, 0)
}

/** CIE76 distance after a deuteranope's projection of linear RGB (Machado et al. 2009, severity 1). */
function deuteranopeDistance(first: string, second: string): number {
  const lab = (hex: string): [number, number, number] => {
    const [r, g, b] = [1, 3, 5].map((at) => (parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2) as [
      number,
      number,
      number,
    ]
    const seen = [
      0.367 * r + 0.861 * g - 0.228 * b,
      0.28 * r + 0.673 * g + 0.047 * b,
      -0.012 * r + 0.043 * g + 0.969 * b,
    ]
    const [u, v, w] = seen.map((value) => Math.max(0, value)) as [number, number, number]
    const x = Math.cbrt((0.4124 * u + 0.3576 * v + 0.1805 * w) / 0.9505)
    const y = Math.cbrt(0.2126 * u + 0.7152 * v + 0.0722 * w)
    const z = Math.cbrt((0.0193 * u + 0.1192 * v + 0.9505 * w) / 1.089)
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
  }
  const [a, b] = [lab(first), lab(second)]
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
}
