// Suspicions over many cases: what is wrong is named, and clean datasets stay quiet.
import { describe, expect, it } from 'vitest'
import type { Border, Case } from '../../../../contract/case.ts'
import type { Dataset } from '../../../../contract/dataset.ts'
import type { Finding } from '../../../../contract/finding.ts'
import { caseWith } from '../../../../trainer/imaging/test-dataset.ts'
import { tellsNobody } from '../../../../trainer/imaging/dicom/patient-id.ts'
import { loadVocabulary, organNames } from '../../vocabulary/load-vocabulary.ts'
import { exampleDataset } from '../../fixtures/example-dataset.ts'
import { checkAbsence, checkBorders } from './check-extent.ts'
import { checkPatients } from './check-patients.ts'
import { checkPositions, comparePositions } from './check-positions.ts'
import { checkSides } from './check-sides.ts'
import { checkVolumes } from './check-volumes.ts'
import { findSharedPatients } from './shared-patients.ts'

const vocabulary = loadVocabulary()
const nameOf = organNames(vocabulary)
type At = [x: number, y: number, z: number]

/** A case whose organs lie at these places (LPS mm); borders that an organ touches follow it. */
function placed(id: string, organs: Record<string, At | [...At, Border]>, more: Partial<Case> = {}): Case {
  const places = Object.fromEntries(
    Object.entries(organs).map(([organ, [x, y, z, border]]) => [
      organ,
      { centre: [x, y, z] as At, borders: border === undefined ? [] : [border] },
    ]),
  )
  return caseWith({ id, patient: id, places, ...more })
}

const sized = (id: string, organ: string, volumeMl: number): Case =>
  caseWith({ id, patient: id, availability: { [organ]: { state: 'labelled', voxels: 1, volumeMl } } })

const messages = (findings: readonly Finding[]): string[] => findings.map(({ message }) => message)

const abdomen = {
  kidney_left: [60, 40, 0],
  kidney_right: [-60, 40, -10],
  liver: [-50, 0, 40],
  spleen: [80, 30, 50],
  spinal_cord: [0, 60, 30],
} satisfies Record<string, At>
const mirrored = Object.fromEntries(Object.entries(abdomen).map(([id, [x, y, z]]) => [id, [-x, y, z] as At]))
const exchanged = { ...abdomen, kidney_left: abdomen.kidney_right, kidney_right: abdomen.kidney_left }
const sides = (cases: Case[]): string[] => messages(checkSides(cases, vocabulary, nameOf))

describe('left and right', () => {
  it('says nothing of organs where they belong, or too close to the middle to tell', () => {
    const near = { optic_nerve_left: [2, 0, 0], optic_nerve_right: [3, 0, 0] } satisfies Record<string, At>
    expect(sides([placed('a', abdomen), placed('b', near), placed('c', {})])).toEqual([])
  })

  it('tells exchanged labels from a mirrored image by the organs that lie on one side', () => {
    expect(sides([placed('good', abdomen), placed('swapped', exchanged)])).toEqual([
      'Case swapped: left and right are exchanged (Left kidney). Organs of one side alone lie where they belong, so that the two names are probably exchanged, or their labels are: look at them in the viewer.',
    ])
    expect(sides([placed('good', abdomen), placed('turned', mirrored)])).toEqual([
      'Case turned: left and right are exchanged (Left kidney), and Liver, Spleen lie on the other side than in most people. Organs of one side alone lie on the other side too: the labels are mirrored against their image, image and labels are mirrored together (orientation in the header), or the names of the organs are exchanged. Look in the viewer whether the labels lie on the organs.',
    ])
  })

  it('says once what is so in every case', () => {
    expect(sides([placed('a', exchanged), placed('b', exchanged)])).toEqual([
      'In all 2 cases that tell, left and right are exchanged (Left kidney). Organs of one side alone lie where they belong, so that the two names are probably exchanged, or their labels are: look at them in the viewer.',
    ])
  })

  it('finds a heart on the right, and one of a pair alone on the other side of the body', () => {
    expect(sides([placed('a', { heart: [-32, 0, 0], spinal_cord: [0, 50, 0] })])[0]).toMatch(
      /^Case a: Heart lies on the other side than in most people\. The labels or the image may be mirrored/,
    )
    expect(sides([placed('a', { kidney_left: [-60, 0, 0] }, { midlineMm: 0 })])[0]).toMatch(
      /Left kidney lies on the other/,
    )
    expect(sides([placed('a', { kidney_left: [-60, 0, 0] }, { midlineMm: null })])).toEqual([])
  })
})

describe('positions', () => {
  const upsideDown = Object.fromEntries(Object.entries(abdomen).map(([id, [x, y, z]]) => [id, [x, y, -z] as At]))
  const cases = Array.from({ length: 5 }, (_, at) => placed(`p${at}`, abdomen))

  it('names the case that is turned round, wherever its origin is, and no other', () => {
    const far = Object.fromEntries(Object.entries(upsideDown).map(([id, [x, y, z]]) => [id, [x, y, z + 900] as At]))
    expect(checkPositions(cases)).toEqual([])
    expect(messages(checkPositions([...cases, placed('odd', far)]))).toEqual([
      'Case odd: its organs lie upside down compared with the other cases. Look at the orientation in the header of the image, and at the names of the labels.',
    ])
  })

  it('names the dataset that is turned round against this one', () => {
    const other: Dataset = { ...exampleDataset('other', ['liver']), name: 'other', cases: [placed('x', upsideDown)] }
    expect(messages(comparePositions(cases, [other]))[0]).toMatch(
      /^The organs lie upside down compared with those of the dataset other/,
    )
    expect(comparePositions(cases, [{ ...other, cases: [placed('x', abdomen)] }])).toEqual([])
  })

  it('says it of the one dataset that is unlike the others, and of none of the others', () => {
    const dataset = (name: string, organs: typeof abdomen): Dataset => ({
      ...exampleDataset(name, ['liver']),
      name,
      cases: [placed(name, organs)],
    })
    const [good, fine, bad] = [
      dataset('good', abdomen),
      dataset('fine', abdomen),
      dataset('bad', upsideDown as typeof abdomen),
    ]
    expect(comparePositions(good.cases, [fine, bad])).toEqual([])
    expect(messages(comparePositions(bad.cases, [good, fine]))).toEqual([
      'The organs lie upside down compared with those of the datasets good, fine: the images or the labels of this one are probably turned round. Look at a case of each in the viewer.',
    ])
    // Two against two: nobody knows.
    expect(comparePositions(good.cases, [fine, bad, dataset('worse', upsideDown as typeof abdomen)])).toHaveLength(1)
  })

  it('does not judge organs that are cut: their middle is where the image ends', () => {
    const cut = { brainstem: [0, 0, 0, 'superior'], spinal_cord: [0, 0, 200] } satisfies Record<
      string,
      At | [...At, Border]
    >
    const straight = { brainstem: [0, 0, 200], spinal_cord: [0, 0, 0] } satisfies Record<string, At>
    const others = Array.from({ length: 5 }, (_, at) => placed(`p${at}`, straight))
    expect(checkPositions([...others, placed('cut', cut)])).toEqual([])
  })
})

describe('volumes', () => {
  it('of organs unlike an adult’s, whether or not the dataset agrees', () => {
    const findings = checkVolumes([sized('a', 'liver', 1500), sized('b', 'liver', 12)], nameOf)
    expect(findings).toMatchObject([{ severity: 'warning', code: 'implausible-volume', caseId: 'b', organ: 'liver' }])
    expect(findings[0].message).toMatch(/Liver has 12 ml; whole organs of adults have 500 to 5000 ml/)
  })

  it('unlike those of the other cases, from eight cases on', () => {
    const usual = [20, 22, 25, 24, 21, 26, 19, 23].map((ml, at) => sized(`c${at}`, 'larynx', ml))
    expect(checkVolumes(usual, nameOf)).toEqual([])
    expect(checkVolumes([...usual, sized('odd', 'larynx', 90)], nameOf)).toMatchObject([
      {
        code: 'outlier-volume',
        caseId: 'odd',
        message: expect.stringMatching(/90 ml, and 23 ml in the middle of the 9/),
      },
    ])
    expect(checkVolumes([...usual.slice(0, 6), sized('odd', 'larynx', 90)], nameOf)).toEqual([])
  })

  it('of organs that are not whole are not judged', () => {
    const cut = caseWith({
      availability: {
        liver: { state: 'cut', voxels: 1, volumeMl: 3 },
        spleen: { state: 'merged', voxels: 1, volumeMl: 1 },
      },
    })
    const aside = placed('side', { liver: [0, 0, 0, 'left'] }, sized('side', 'liver', 3))
    expect(checkVolumes([cut, { ...aside, id: 'side' }], nameOf)).toEqual([])
  })
})

describe('extent', () => {
  it('says which borders an organ reaches, and in how many cases', () => {
    const cases = [
      placed('a', { spinal_cord: [0, 0, 0, 'inferior'] }),
      placed('b', { spinal_cord: [0, 0, 0, 'inferior'], liver: [0, 0, 0] }),
      placed('c', { spinal_cord: [0, 0, 0] }),
    ]
    expect(messages(checkBorders(cases, nameOf))).toEqual([
      'Spinal cord reaches the border of the image in 2 of 3 cases (inferior 2): it is not whole there, and its volume is not compared.',
    ])
  })

  it('asks about an organ that most label maps have and one has not', () => {
    const without = caseWith({ id: 'c', availability: { liver: { state: 'absent', voxels: 0, volumeMl: 0 } } })
    const labels = [{ key: '4', sourceName: 'Liver', organs: ['liver'], mapped: 'vocabulary' as const }]
    const cases = [sized('a', 'liver', 1500), sized('b', 'liver', 1500), without]
    expect(messages(checkAbsence(cases, labels, nameOf))[0]).toMatch(/no voxel in 1 of 3 cases \(c\).*--not-drawn 4/)
    expect(checkAbsence(cases.slice(0, 2), labels, nameOf)).toEqual([])
  })
})

describe('one person in two datasets', () => {
  const of = (id: string, patient: string): Case => caseWith({ id, patient, patientGiven: true })
  const other = (role: Dataset['role'], cases: Case[]): Dataset => ({
    ...exampleDataset('other', ['liver']),
    name: 'other',
    role,
    cases,
  })

  it('is certain by the hash of a DICOM identifier, and a note where two tables say the same', () => {
    const hash = 'patient-0a1b-0123456789abcdef'
    const cases = [of('a', hash), of('b', 'P7'), of('c', 'P8')]
    const found = findSharedPatients('train', cases, [other('test', [of('x', hash), of('y', 'P7')])])
    expect(found.map(({ severity, caseId }) => [severity, caseId])).toEqual([
      ['warning', 'a'],
      ['info', 'b'],
    ])
    expect(found[0].message).toMatch(/Case a is of the same person as case x of the dataset other \(role test\)/)
    expect(findSharedPatients('train', cases, [other('reference', [of('x', hash)])])).toEqual([])
  })

  it('names every case of the person on both sides', () => {
    const hash = 'patient-0a1b-0123456789abcdef'
    const found = findSharedPatients(
      'train',
      [of('a', hash), of('b', hash)],
      [other('test', [of('x', hash), of('y', hash)])],
    )
    expect(messages(found)).toEqual([
      'Cases a, b are of the same person as cases x, y of the dataset other (role test), by the identifier in the DICOM files (compared as a hash). A person is never in training and test data of one run.',
    ])
  })

  it('says where two secrets leave it open', () => {
    const found = findSharedPatients(
      'train',
      [of('a', 'patient-0a1b-0123456789abcdef')],
      [other('test', [of('x', 'patient-9f9f-0123456789abcdef')])],
    )
    expect(messages(found)).toEqual([expect.stringMatching(/cannot be told .* different secrets.*Register both again/)])
  })
})

describe('DICOM files that tell nobody apart', () => {
  it.each([
    ...['', ' ', 'ANON', 'Anonymous', 'ANONYMIZED', 'De-identified', 'DEID', 'none', 'NULL', 'n/a', '0', '0000', 'xxx'],
    ...['Patient ID', 'No name', 'Anonymous^Patient', 'unknown', '-', '***'],
  ])('"%s" names nobody', (id) => expect(tellsNobody(id)).toBe(true))

  it.each(['ANON-017', 'anon7', '10', '4711', 'P000', 'Nora', 'Xaver', 'STUDY7', 'Idris^Noa', 'x'.repeat(80)])(
    '"%s" may be a person or a pseudonym',
    (id) => expect(tellsNobody(id)).toBe(false),
  )

  const study = (n: number): string => `study-0a1b-${String(n).padStart(16, '0')}`
  const unnamed = (id: string, n: number | null): Case =>
    caseWith({
      id,
      patient: n === null ? id : study(n),
      patientGiven: n !== null,
      dicom: { patient: null, study: n === null ? null : study(n) },
    })
  const named = (id: string, n: number): Case =>
    caseWith({
      id,
      patient: 'patient-0a1b-0123456789abcdef',
      patientGiven: true,
      dicom: { patient: 'patient-0a1b-0123456789abcdef', study: study(n) },
    })

  it('are counted by study, or one by one, and the way out is named', () => {
    expect(messages(checkPatients([unnamed('a', 1), unnamed('b', 1), unnamed('c', 2), unnamed('d', null)]))).toEqual([
      expect.stringMatching(
        /^The DICOM files of 4 cases name no patient \(PatientID is empty or a placeholder such as ANON\): the series of one study count as one person \(2 in all\), and 1 case without a study UID counts as a person of its own\. .*patients\.csv.*group the cases by patient/,
      ),
    ])
    expect(checkPatients([named('a', 1), caseWith({ id: 'b', patient: 'b' })])).toEqual([])
    expect(checkPatients([{ ...unnamed('a', 1), patient: 'Ms One' }])).toEqual([])
  })

  it('are suspicious where one identifier has all of many studies', () => {
    const all = Array.from({ length: 6 }, (_, n) => named(`c${n}`, n))
    expect(messages(checkPatients(all))).toEqual([
      expect.stringMatching(/^All 6 cases have one PatientID, in 6 studies/),
    ])
    expect(checkPatients(all.slice(1))).toEqual([])
    expect(checkPatients(all.map((each) => ({ ...each, dicom: { ...each.dicom!, study: study(1) } })))).toEqual([])
    expect(messages(checkPatients(Array.from({ length: 6 }, (_, n) => unnamed(`c${n}`, 1))))[1]).toMatch(
      /^All 6 cases have one StudyInstanceUID and no PatientID/,
    )
  })
})
