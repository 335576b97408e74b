import { describe, expect, it } from 'vitest'
import { caseWith, datasetOf } from '../imaging/test-dataset.ts'
import { splitCases } from './split-cases.ts'

const config = { fraction: 0.2, maxCases: 6 }
/** Patients p0, p1, ... with so many cases each. */
const datasetWith = (casesOfPatient: number[], name = 'site') => ({
  ...datasetOf(
    casesOfPatient.flatMap((count, p) =>
      Array.from({ length: count }, (_, i) => caseWith({ id: `p${p}-${i}`, patient: `p${p}` })),
    ),
  ),
  name,
})
const patientsOf = (cases: readonly { patient: string }[]) => [...new Set(cases.map(({ patient }) => patient))]

describe('splitCases', () => {
  it.each([
    { patients: 2, fraction: 0.2, heldBack: 1 },
    { patients: 10, fraction: 0.2, heldBack: 2 },
    { patients: 10, fraction: 0.5, heldBack: 5 },
    { patients: 10, fraction: 0, heldBack: 1 },
    { patients: 3, fraction: 0.5, heldBack: 2 },
    { patients: 2, fraction: 0.5, heldBack: 1 },
  ])('$patients patients, share $fraction: $heldBack held back', ({ patients, fraction, heldBack }) => {
    const { training, validation } = splitCases(datasetWith(new Array<number>(patients).fill(1)), 1, {
      ...config,
      fraction,
    })
    expect(patientsOf(validation).length).toBe(heldBack)
    expect(patientsOf(training).length).toBe(patients - heldBack)
  })

  it('sends every case of a patient the same way, and every case one way', () => {
    const dataset = datasetWith([3, 1, 4, 1, 5, 2, 6])
    for (let seed = 0; seed < 20; seed++) {
      const { training, validation } = splitCases(dataset, seed, { ...config, fraction: 0.4 })
      expect(patientsOf(training).filter((patient) => patientsOf(validation).includes(patient))).toEqual([])
      const ids = [...training, ...validation].map(({ id }) => id).sort()
      expect(ids).toEqual(dataset.cases.map(({ id }) => id).sort())
    }
  })

  it('depends on seed and dataset, not on the order of the cases', () => {
    const dataset = datasetWith(new Array<number>(20).fill(1))
    const heldBack = (changed: Partial<typeof dataset>, seed = 1) =>
      patientsOf(splitCases({ ...dataset, ...changed }, seed, config).validation).sort()
    expect(heldBack({ cases: [...dataset.cases].reverse() })).toEqual(heldBack({}))
    expect(heldBack({}, 2)).not.toEqual(heldBack({}))
    expect(heldBack({ name: 'other' })).not.toEqual(heldBack({}))
  })

  it.each([0, 1])('refuses %d patients, however many cases they have', (patients) => {
    const dataset = datasetWith(new Array<number>(patients).fill(5))
    expect(() => splitCases(dataset, 1, config)).toThrow(
      expect.objectContaining({ code: 'invalid-config', message: expect.stringContaining('Dataset site') as string }),
    )
  })
})
