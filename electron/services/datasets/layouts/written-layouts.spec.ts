// Layouts that somebody wrote down: a table of cases, names of BIDS, patterns.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DatasetRole, FolderReading } from '../../../../contract/dataset.ts'
import { exampleVocabulary } from '../../fixtures/example-dataset.ts'
import { listFolder } from '../list-folder.ts'
import { registerDataset } from '../register-dataset.ts'
import { imageVolume, labelVolume, temporaryFolder, writeTestFolder } from '../write-test-folder.ts'
import { detectLayout } from './index.ts'

async function detect(
  paths: readonly string[],
  texts: Record<string, string> = {},
  reading: FolderReading = {},
  role: DatasetRole = 'train',
) {
  const root = await writeTestFolder({ ...Object.fromEntries(paths.map((path) => [path, ''])), ...texts })
  const match = await detectLayout(await listFolder(root), role, reading)
  return {
    ...match,
    root,
    pairs: match.cases.map(({ id, images, labels }) => [
      id,
      images[0],
      labels.map((label) => (label.kind === 'mask' ? `${label.labelKey}: ${label.path}` : label.path)),
    ]),
    problems: match.cases.flatMap(({ problems }) => problems.map(({ message }) => message.replaceAll(root, 'ROOT'))),
  }
}

describe('manifest.csv', () => {
  const files = ['scans/1.nii.gz', 'scans/2.nii.gz', 'x/1.nii.gz', 'x/2-liver.nii.gz', 'x/2-spleen.nii.gz']

  it('images and label maps in any place, with case, patient and split', async () => {
    const table = `image;label;case;patient;split
scans/1.nii.gz;x/1.nii.gz;A;P1;train
./scans\\2.nii.gz;"x/2-liver.nii.gz";B;P1;test`
    const found = await detect(files, { 'manifest.csv': table })
    expect(found).toMatchObject({ layout: 'manifest', labels: null, reason: expect.stringContaining('manifest.csv: 1 row of split train, 1 case') }) // prettier-ignore
    expect(found.pairs).toEqual([['A', 'scans/1.nii.gz', ['x/1.nii.gz']]])
    expect(found.cases[0].patient).toBe('P1')
    const test = await detect(files, { 'manifest.csv': table }, {}, 'test')
    expect(test.pairs).toEqual([['B', 'scans/2.nii.gz', ['x/2-liver.nii.gz']]])
  })

  it('several label files a case: by rows, by the column organ, by columns of organs', async () => {
    const rows = `image,label\nscans/1.nii.gz,x/1.nii.gz\nscans/2.nii.gz,x/2-liver.nii.gz\nscans/2.nii.gz,x/2-spleen.nii.gz`
    expect((await detect(files, { 'manifest.csv': rows })).pairs).toEqual([
      ['1', 'scans/1.nii.gz', ['1: x/1.nii.gz']],
      ['2', 'scans/2.nii.gz', ['liver: x/2-liver.nii.gz', 'spleen: x/2-spleen.nii.gz']],
    ])
    const organ = `image,label,organ\nscans/2.nii.gz,x/2-liver.nii.gz,Leber`
    expect((await detect(files, { 'cases.csv': organ })).pairs).toEqual([
      ['2', 'scans/2.nii.gz', ['Leber: x/2-liver.nii.gz']],
    ])
    const columns = `image,label_liver,label_spleen\nscans/2.nii.gz,x/2-liver.nii.gz,x/2-spleen.nii.gz\nscans/1.nii.gz,,x/1.nii.gz`
    const wide = await detect(files, { 'manifest.csv': columns })
    expect(wide.pairs).toEqual([
      ['2', 'scans/2.nii.gz', ['liver: x/2-liver.nii.gz', 'spleen: x/2-spleen.nii.gz']],
      ['1', 'scans/1.nii.gz', ['spleen: x/1.nii.gz']],
    ])
    expect(wide.labels?.map(({ key }) => key)).toEqual(['liver', 'spleen'])
  })

  it('several datasets in one table: the one that is chosen', async () => {
    const table = `image,label,dataset\nscans/1.nii.gz,x/1.nii.gz,north\nscans/2.nii.gz,x/2-liver.nii.gz,south`
    const found = await detect(files, { 'manifest.csv': table }, { subset: 'south' })
    expect(found.pairs).toEqual([['2', 'scans/2.nii.gz', ['x/2-liver.nii.gz']]])
    expect(found.subsets).toEqual(['north', 'south'])
    for (const reading of [{}, { subset: 'west' }]) {
      await expect(detect(files, { 'manifest.csv': table }, reading)).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringMatching(/lists the datasets north, south, and .* chosen; choose one with --subset/),
      })
    }
  })

  it('names every line that cannot be understood', async () => {
    const table = `image,label,split\n\nscans/1.nii.gz,x/1.nii.gz,maybe\n,x/1.nii.gz,train\nscans/2.nii.gz,x/1.nii.gz,train,4`
    await expect(detect(files, { 'manifest.csv': table })).rejects.toThrow(
      'line 3 is of the split "maybe"; expected train, val or test; line 4 names no image; line 5 has 4 cells, the header 3.',
    )
    await expect(detect(files, { 'manifest.csv': 'image,label\n' })).rejects.toThrow(/no row below the header/)
  })

  it('a file that is not there excludes its case, with the line', async () => {
    const table = `image,label\nscans/1.nii.gz,x/9.nii.gz\nscans/8.nii.gz,x/1.nii.gz\n/etc/passwd,x/1.nii.gz\n../a.nii.gz,x/1.nii.gz`
    const { problems } = await detect(files, { 'manifest.csv': table })
    expect(problems).toEqual([
      'manifest.csv, line 2: there is no file x/9.nii.gz in ROOT; correct the path, which begins at the folder of the table.',
      'manifest.csv, line 3: there is no file scans/8.nii.gz in ROOT; correct the path, which begins at the folder of the table.',
      'manifest.csv, line 4: /etc/passwd lies outside ROOT; put the table into a folder that holds all of its files.',
      'manifest.csv, line 5: ../a.nii.gz lies outside ROOT; put the table into a folder that holds all of its files.',
    ])
  })

  it('a table of another kind is left alone', async () => {
    const paths = ['images/A.nii.gz', 'labels/A.nii.gz']
    expect(await detect(paths, { 'cases.csv': 'case,age\nA,61' })).toMatchObject({ layout: 'paired' })
  })

  it('is registered once a dataset, by its name', async () => {
    const root = await writeTestFolder({
      'a.nii.gz': imageVolume(1),
      'b.nii.gz': imageVolume(2),
      'la.nii.gz': labelVolume({ 1: [1, 2, 3] }),
      'lb.nii.gz': labelVolume({ 1: [1, 2, 2] }),
      'manifest.csv':
        'image,label,dataset\na.nii.gz,la.nii.gz,north\nb.nii.gz,lb.nii.gz,south\nc.nii.gz,lb.nii.gz,south',
    })
    const context = { workspaceFolder: join(temporaryFolder(), 'home'), vocabulary: exampleVocabulary }
    const south = await registerDataset({ folder: root, name: 'south' }, context)
    expect(south.cases.map(({ id, status }) => [id, status])).toEqual([
      ['b', 'ok'],
      ['c', 'excluded'],
    ])
    expect(south.choices).toMatchObject({ subset: 'south' })
    await expect(registerDataset({ folder: root, name: 'other' }, context)).rejects.toThrow(/choose one with --subset/)
    const other = await registerDataset({ folder: root, name: 'other', reading: { subset: 'north' } }, context)
    expect(other.cases.map(({ id }) => id)).toEqual(['a'])
  })
})

describe('BIDS', () => {
  const derivative = 'derivatives/manual/sub-01/anat'

  it('dseg and masks of derivatives belong to the image of their subject and session', async () => {
    const found = await detect(
      [
        'sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz',
        'sub-01/ses-1/anat/sub-01_ses-1_T2w.nii.gz',
        'sub-02/anat/sub-02_T1w.nii.gz',
        'derivatives/manual/sub-01/ses-1/anat/sub-01_ses-1_desc-manual_dseg.nii.gz',
        'derivatives/manual/sub-02/anat/sub-02_label-liver_mask.nii.gz',
        'derivatives/manual/sub-02/anat/sub-02_label-spleen_mask.nii.gz',
      ],
      { 'derivatives/manual/desc-manual_dseg.tsv': 'index\tname\n0\tbackground\n2\tSpleen\n1\tLiver\n' },
    )
    expect(found).toMatchObject({ layout: 'bids', channels: [{ name: null, modality: 'MR' }] })
    expect(found.pairs).toEqual([
      [
        'sub-01_ses-1',
        'sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz',
        ['derivatives/manual/sub-01/ses-1/anat/sub-01_ses-1_desc-manual_dseg.nii.gz'],
      ],
      [
        'sub-02',
        'sub-02/anat/sub-02_T1w.nii.gz',
        ['liver: derivatives/manual/sub-02/anat/sub-02_label-liver_mask.nii.gz', 'spleen: derivatives/manual/sub-02/anat/sub-02_label-spleen_mask.nii.gz'],
      ],
    ]) // prettier-ignore
    expect(found.cases.map(({ patient }) => patient)).toEqual(['sub-01', 'sub-02'])
    expect(found.labels).toEqual([
      { key: '1', sourceName: 'Liver' },
      { key: '2', sourceName: 'Spleen' },
      { key: 'liver', sourceName: 'liver' },
      { key: 'spleen', sourceName: 'spleen' },
    ])
  })

  it('of several images, the one in the space of the label', async () => {
    const found = await detect([
      `${derivative}/sub-01_space-MNI_T1w.nii.gz`,
      `${derivative}/sub-01_space-MNI_dseg.nii.gz`,
      'sub-01/anat/sub-01_T1w.nii.gz',
      'sub-01/anat/sub-01_run-1_ct.nii.gz',
    ])
    expect(found.pairs).toEqual([
      ['sub-01', `${derivative}/sub-01_space-MNI_T1w.nii.gz`, [`${derivative}/sub-01_space-MNI_dseg.nii.gz`]],
    ]) // prettier-ignore
  })

  it('without labels it is none', async () => {
    await expect(detect(['sub-01/anat/sub-01_T1w.nii.gz'])).rejects.toThrow(
      /fits no known layout[^]*BIDS: images such as/,
    )
  })
})

describe('patterns', () => {
  const files = [
    'in/s1/scan.nii.gz',
    'in/s2/scan.nii.gz',
    'out/s1-liver-v2.nii.gz',
    'out/s1-spleen-v1.nii.gz',
    'out/s2.nii.gz',
  ]
  const patterns = (images: string, labels: string): FolderReading => ({ patterns: { images, labels } })

  it('say which file is what, whatever else would be detected', async () => {
    const found = await detect(files, {}, patterns('in/{case}/scan.nii.gz', 'out/{case}-{organ}-v*.nii.gz'))
    expect(found).toMatchObject({ layout: 'pattern', labels: [{ key: 'liver' }, { key: 'spleen' }] })
    expect(found.pairs).toEqual([
      ['s1', 'in/s1/scan.nii.gz', ['liver: out/s1-liver-v2.nii.gz', 'spleen: out/s1-spleen-v1.nii.gz']],
      ['s2', 'in/s2/scan.nii.gz', []],
    ])
  })

  it('a label map a case; a patient with several cases; a name that comes twice', async () => {
    const paths = ['P1/P1_a.mha', 'P1/P1_b.mha', 'P1/P1_a.seg.nrrd', 'P1/P2_x.mha']
    const found = await detect(paths, {}, patterns('{patient}/{patient}_{case}.mha', '{patient}/P1_{case}.seg.nrrd'))
    expect(found.pairs).toEqual([
      ['a', 'P1/P1_a.mha', ['P1/P1_a.seg.nrrd']],
      ['b', 'P1/P1_b.mha', []],
    ])
    expect(found.cases.map(({ patient }) => patient)).toEqual(['P1', 'P1'])
    expect(found.labels).toBeNull()
  })

  it('two files for one place exclude the case', async () => {
    const found = await detect([...files, 'in/s1/scan.nii'], {}, patterns('in/{case}/scan.*', 'out/{case}.nii.gz'))
    expect(found.problems).toEqual([expect.stringMatching(/Case s1: expected one image, found 2/)])
  })

  it('are refused in words', async () => {
    await expect(detect(files, {}, patterns('scan.nii.gz', 'x'))).rejects.toThrow(/has no \{case\}/)
    await expect(detect(files, {}, patterns('in/{id}/scan.nii.gz', 'x'))).rejects.toThrow(
      /has \{id\}; expected \{case\}/,
    )
    await expect(detect(files, {}, patterns('a/{case}.nii', 'x'))).rejects.toThrow(
      /No file of .* fits the pattern a\/\{case\}.nii; its files are called in\/s1\/scan.nii.gz/,
    )
  })
})
