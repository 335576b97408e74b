// Names as datasets spell them: known ones map, sides are never exchanged, unknown ones stay unknown.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadVocabulary } from './load-vocabulary.ts'
import { lookUpOrgan } from './look-up-organ.ts'
import { suggestOrgans } from './suggest-organs.ts'

const vocabulary = loadVocabulary()
const organs = (name: string, datasetName?: string): string[] | null =>
  lookUpOrgan(vocabulary, name, datasetName === undefined ? {} : { datasetName })?.organs ?? null

const numbered = (prefix: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, step) => `${prefix}${from + step}`)
const TOTAL_SEGMENTATOR = [
  ...'spleen gallbladder liver stomach pancreas esophagus trachea thyroid_gland small_bowel duodenum colon'.split(' '),
  ...'urinary_bladder prostate sacrum vertebrae_S1 heart aorta pulmonary_vein brachiocephalic_trunk'.split(' '),
  ...'atrial_appendage_left superior_vena_cava inferior_vena_cava portal_vein_and_splenic_vein spinal_cord'.split(' '),
  ...'brain skull sternum costal_cartilages lung_middle_lobe_right'.split(' '),
  ...numbered('vertebrae_C', 1, 7),
  ...numbered('vertebrae_T', 1, 12),
  ...numbered('vertebrae_L', 1, 5),
  ...['left', 'right'].flatMap((side) => [
    ...numbered(`rib_${side}_`, 1, 12),
    ...'kidney adrenal_gland lung_upper_lobe lung_lower_lobe kidney_cyst subclavian_artery common_carotid_artery'
      .concat(' brachiocephalic_vein iliac_artery iliac_vena humerus scapula clavicula femur hip gluteus_maximus')
      .concat(' gluteus_medius gluteus_minimus autochthon iliopsoas')
      .split(' ')
      .map((name) => `${name}_${side}`),
  ]),
]

describe('lookUpOrgan', () => {
  it('maps each of the 117 structures of TotalSegmentator to itself', () => {
    expect(new Set(TOTAL_SEGMENTATOR).size).toBe(117)
    for (const name of TOTAL_SEGMENTATOR) expect(organs(name), name).toEqual([name])
  })

  it.each([
    ['Parotid_L', 'parotid_gland_left'],
    ['RT PAROTID', 'parotid_gland_right'],
    ['lparotid', 'parotid_gland_left'],
    ['parotid-lt', 'parotid_gland_left'],
    ['Glnd_Submand_R', 'submandibular_gland_right'],
    ['BrainStem', 'brainstem'],
    ['Brain Stem', 'brainstem'],
    ['SpinalCord', 'spinal_cord'],
    ['Cord', 'spinal_cord'],
    ['Bone_Mandible', 'mandible'],
    ['OpticNrv_L', 'optic_nerve_left'],
    ['OpticNerve_R', 'optic_nerve_right'],
    ['Larynx_SG', 'larynx_supraglottic'],
    ['Glottis', 'larynx_glottic'],
    ['Musc_Constrict_S', 'pharyngeal_constrictor_superior'],
    ['A_Carotid_L', 'carotid_artery_left'],
    ['Cavity_Oral', 'oral_cavity'],
    ['Eye_PR', 'eye_posterior_segment_right'],
    ['Esophagus_S', 'esophagus_cervical'],
    ['Head_of_femur_L', 'femoral_head_left'],
    ['Femur_Head_R', 'femoral_head_right'],
    ['Bladder', 'urinary_bladder'],
    ['Bag_Bowel', 'bowel_bag'],
    ['Lobe_Temporal_R', 'temporal_lobe_right'],
    ['left kidney', 'kidney_left'],
    ['kidney (right)', 'kidney_right'],
    ['LeftKidney', 'kidney_left'],
    ['rkid', 'kidney_right'],
    ['gall bladder', 'gallbladder'],
    ['Oesophagus', 'esophagus'],
    ['postcava', 'inferior_vena_cava'],
    ['IVC', 'inferior_vena_cava'],
    ['arota', 'aorta'],
    ['LAG', 'adrenal_gland_left'],
    ['portal vein and splenic vein', 'portal_vein_and_splenic_vein'],
    ['heart_atrial_appendage_left', 'atrial_appendage_left'],
    ['Th12', 'vertebrae_T12'],
    ['L1', 'vertebrae_L1'],
    ['Rib01_L', 'rib_left_1'],
    ['liver tumor', 'liver_tumour'],
    ['Hippocampus Posterior', 'hippocampus_posterior'],
  ])('reads %s as %s', (name, id) => {
    expect(lookUpOrgan(vocabulary, name)).toEqual({ organs: [id], mapped: 'vocabulary' })
  })

  it.each([
    ['kidneys', ['kidney_left', 'kidney_right']],
    ['Kidney', ['kidney_left', 'kidney_right']],
    ['Parotids', ['parotid_gland_left', 'parotid_gland_right']],
    ['Femur_Heads', ['femoral_head_left', 'femoral_head_right']],
    ['Lung_L', ['lung_upper_lobe_left', 'lung_lower_lobe_left']],
    ['right lung', ['lung_upper_lobe_right', 'lung_middle_lobe_right', 'lung_lower_lobe_right']],
    ['vertebrae_lumbar', ['vertebrae_L1', 'vertebrae_L2', 'vertebrae_L3', 'vertebrae_L4', 'vertebrae_L5']],
    ['prostate/uterus', ['prostate', 'uterus']],
  ])('gives %s its members', (name, members) => {
    expect(organs(name)).toEqual(members)
  })

  it('resolves groups of groups to organs', () => {
    expect(organs('Lungs')).toHaveLength(5)
    expect(organs('ribs')).toHaveLength(24)
    expect(organs('vertebrae')).toHaveLength(24)
  })

  it.each(['Anterior', 'Posterior', 'tumour', 'GTV', 'PTV_70', 'left', 'L', '1', '', 'left and right kidney', 'lad'])(
    'does not guess %j',
    (name) => {
      expect(lookUpOrgan(vocabulary, name)).toBeNull()
    },
  )

  it.each([
    ['Anterior', 'Hippocampus', ['hippocampus_anterior']],
    ['Posterior', 'Task04_Hippocampus', ['hippocampus_posterior']],
    ['Anterior', 'hippocampus-anterior', ['hippocampus_anterior']],
    ['cancer', 'Task03_Liver', ['liver_tumour']],
    ['tumor', 'kidney-tumors', ['kidney_tumour']],
    ['Anterior', 'site-a', null],
    ['Anterior', 'left right L 04', null],
    ['tumour', 'liver-and-pancreas', null],
    ['liver', 'kidney', ['liver']],
  ])('reads %s in the dataset %s as %j', (name, datasetName, expected) => {
    expect(organs(name, datasetName)).toEqual(expected)
  })

  it('never maps a lateral name to the other side, however it is spelled', () => {
    const lateral = vocabulary.organs.filter((organ) => organ.laterality !== null && organ.counterpart !== null)
    expect(lateral.length).toBeGreaterThan(100)
    for (const organ of lateral) {
      const expected = organs(organ.id)
      const side = organ.laterality as 'left' | 'right'
      const words = organ.id.split('_').filter((word) => word !== side)
      for (const spelling of lateralSpellings(words, side)) expect(organs(spelling), spelling).toEqual(expected)
    }
  })
})

describe('suggestOrgans', () => {
  it.each([
    ['Anterior', 'hippocampus_anterior'],
    ['spleeen', 'spleen'],
    ['left kidny', 'kidney_left'],
    ['pancreas gland', 'pancreas'],
    ['Submandibular gland rt (auto)', 'submandibular_gland_right'],
  ])('proposes for %s first %s', (name, id) => {
    expect(suggestOrgans(vocabulary, name)[0]).toBe(id)
  })

  it('proposes nothing of the other side, nothing far-fetched, and no more than asked for', () => {
    for (const id of suggestOrgans(vocabulary, 'left kidny', 20)) expect(id).not.toMatch(/right/)
    expect(suggestOrgans(vocabulary, 'PTV_70')).toEqual([])
    expect(suggestOrgans(vocabulary, 'lung', 2)).toHaveLength(2)
  })

  it.each(['carpal', 'fibula', 'radius', 'ROI-1', 'LIGHT_BLUE', 'renal_arteries', 'lung_airways'])(
    'finds nothing credible for %s',
    (name) => expect(suggestOrgans(vocabulary, name, 3, 0.65)).toEqual([]),
  )
})

const data = new URL('../../../../shared/data/', import.meta.url)
describe.skipIf(!existsSync(data))('names of real datasets (../shared/data is absent: skipped)', () => {
  const labels = (path: string): string[] =>
    Object.keys((JSON.parse(readFileSync(new URL(path, data), 'utf8')) as { labels: object }).labels)

  it('maps every organ of the head-and-neck sites', () => {
    const csv = readFileSync(new URL('headneck/site-c-mandible-larynx/labels.csv', data), 'utf8')
    const names = [
      ...labels('headneck/site-a-brainstem-cord/dataset.json'),
      ...labels('headneck/test-complete/dataset.json'),
      ...readdirSync(new URL('headneck/site-b-parotids/HNB_001/segmentations', data)).map(
        (file) => file.split('.')[0] ?? '',
      ),
      ...csv
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',')[1] ?? ''),
    ].filter((name) => name !== 'background')
    expect(names).toHaveLength(12)
    for (const name of names) expect(organs(name), name).toHaveLength(1)
  })

  it('maps every mask file of TotalSegmentator to the organ of its name', () => {
    const files = readdirSync(new URL('totalsegmentator/example_seg_fast', data)).filter((file) =>
      file.endsWith('.nii.gz'),
    )
    expect(files).toHaveLength(117)
    for (const file of files) expect(organs(file.replace('.nii.gz', ''))).toEqual([file.replace('.nii.gz', '')])
  })
})

/** Side words before, after and between the words, in several cases and separators. */
function lateralSpellings(words: readonly string[], side: 'left' | 'right'): string[] {
  const [letter, short] = side === 'left' ? ['l', 'lt'] : ['r', 'rt']
  const places = Array.from({ length: words.length + 1 }, (_, at) => at)
  const spellings = [side, letter, short].flatMap((word) =>
    places.flatMap((at) => {
      const spelled = [...words.slice(0, at), word, ...words.slice(at)]
      const camel = spelled.map((part) => part.charAt(0).toUpperCase() + part.slice(1))
      return [spelled.join('_'), spelled.join(' ').toUpperCase(), camel.join('-'), camel.join('')]
    }),
  )
  // "R1" and "L1" read as one word (a vertebra), so one letter glued to a number says nothing about a side.
  return spellings.filter((spelling) => !/(?<![A-Za-z])[LR]\d|[a-z][LR]\d/.test(spelling))
}
