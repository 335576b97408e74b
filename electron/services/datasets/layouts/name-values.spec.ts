// NIfTI label maps whose header names their values, from real files to the labels of a dataset.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readLabelTable } from '../../../../trainer/imaging/nifti/read-label-table.ts'
import { readNifti } from '../../../../trainer/imaging/nifti/read-nifti.ts'
import { exampleVocabulary } from '../../fixtures/example-dataset.ts'
import { registerDataset } from '../register-dataset.ts'
import { imageVolume, labelVolume, temporaryFolder, writeTestFolder } from '../write-test-folder.ts'

const LIVER = '<Label Key="1" Red="1.0" Green="0.5" Blue="0" Alpha="1">liver</Label>'
const SPLEEN = '<Label Key="2" Red="0" Green="0" Blue="1">\n <![CDATA[spleen]]></Label>'
const NOTHING = '<Label Key="0" Red="1" Green="1" Blue="1" Alpha="0">???</Label>'

/** The label map of two organs with a table in its header, as bytes of a .nii file. */
async function tabled(labels: string): Promise<Uint8Array> {
  const root = await writeTestFolder({ 'plain.nii': labelVolume({ 1: [0, 1, 3], 2: [0, 1, 2] }) })
  const plain = await readFile(join(root, 'plain.nii'))
  const xml = `<?xml version="1.0" encoding="UTF-8"?><CaretExtension><VolumeInformation Index="0"><LabelTable>${labels}</LabelTable></VolumeInformation></CaretExtension>`
  const extension = Buffer.alloc(16 * Math.ceil((8 + xml.length) / 16))
  extension.writeInt32LE(extension.length, 0)
  extension.writeInt32LE(30, 4)
  extension.write(xml, 8)
  const bytes = Buffer.concat([plain.subarray(0, 352), extension, plain.subarray(352)])
  bytes[348] = 1
  bytes.writeFloatLE(352 + extension.length, 108)
  return bytes
}

async function register(labels: Record<string, Uint8Array>, more: Record<string, string> = {}) {
  const images = Object.fromEntries(
    Object.keys(labels).map((name, at) => [`images/${name.replace('.gz', '')}`, imageVolume(at)]),
  )
  const files = Object.fromEntries(Object.entries(labels).map(([name, bytes]) => [`labels/${name}`, bytes]))
  const folder = await writeTestFolder({ ...images, ...files, ...more })
  return registerDataset(
    { folder, name: 'site' },
    { workspaceFolder: join(temporaryFolder(), 'home'), vocabulary: exampleVocabulary },
  )
}

const labelsOf = ({ labels }: Awaited<ReturnType<typeof register>>) =>
  labels.map(({ key, sourceName, organs }) => `${key} ${sourceName}: ${organs.join('+')}`)

describe('a table of labels in the header', () => {
  it('is read with its colours, without what is no label; the voxels follow it', async () => {
    const root = await writeTestFolder({ 'a.nii.gz': gzipSync(await tabled(NOTHING + LIVER + SPLEEN)) })
    expect(await readLabelTable(join(root, 'a.nii.gz'))).toEqual([
      { value: 1, name: 'liver', color: '#ff8000' },
      { value: 2, name: 'spleen', color: '#0000ff' },
    ])
    const { volume } = await readNifti(join(root, 'a.nii.gz'))
    expect(volume.data).toEqual(labelVolume({ 1: [0, 1, 3], 2: [0, 1, 2] }).data)
  })

  it('signs that XML writes in words, and a damaged table', async () => {
    const odd = '<Label Key="3">a &lt;b&gt; &amp; c</Label><Label Key="x">no</Label><Label>no</Label><Label Key="4">'
    const root = await writeTestFolder({ 'a.nii': await tabled(odd) })
    expect(await readLabelTable(join(root, 'a.nii'))).toEqual([{ value: 3, name: 'a <b> & c', color: null }])
  })

  it('names the values of a dataset that nothing else explains', async () => {
    const dataset = await register({ 'A.nii': await tabled(LIVER + SPLEEN), 'B.nii.gz': gzipSync(await tabled(LIVER)) })
    expect(labelsOf(dataset)).toEqual(['1 liver: liver', '2 spleen: spleen'])
    expect(dataset.layoutReason).toContain('the label maps name their values')
    expect(dataset.findings.filter(({ code }) => code === 'ambiguous-file')).toEqual([])
  })

  it('goes behind labels.csv', async () => {
    const dataset = await register(
      { 'A.nii': await tabled(LIVER + SPLEEN) },
      { 'labels.csv': 'value,name\n1,spleen\n2,liver\n' },
    )
    expect(labelsOf(dataset)).toEqual(['1 spleen: spleen', '2 liver: liver'])
  })

  it('is not used where two files disagree', async () => {
    const dataset = await register({
      'A.nii': await tabled(LIVER + SPLEEN),
      'B.nii': await tabled(LIVER.replace('>liver', '>spleen')),
    })
    expect(dataset.labels.map(({ sourceName }) => sourceName)).toEqual(['label 1', 'label 2'])
    expect(dataset.findings.map(({ message }) => message)).toContain(
      'labels/A.nii calls the value 1 liver, labels/B.nii calls it spleen; the names in the label files are not used. Say in a labels.csv what the values mean.',
    )
  })
})
