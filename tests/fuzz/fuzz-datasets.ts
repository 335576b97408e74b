// Folders of every layout and archives, harmful ones too, small enough to be changed and registered some thousand times.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { packTar, packZip, type PackedFile } from '../../electron/services/archives/craft-archive.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures')

/** A path is copied from the fixtures, anything else is the content. */
type Content = Record<string, { readonly from: string } | string | Buffer>

const from = (path: string): { from: string } => ({ from: path })

const DESCRIPTION = JSON.stringify({
  name: 'fuzz',
  channel_names: { 0: 'CT' },
  labels: { background: 0, liver: 1, spleen: 2 },
  numTraining: 1,
  file_ending: '.nrrd',
})

const FOLDERS: Record<string, Content> = {
  nnunet: {
    'dataset.json': DESCRIPTION,
    'imagesTr/A_0000.nrrd': from('formats/int16.nrrd'),
    'labelsTr/A.nrrd': from('formats/uint8.nrrd'),
  },
  'nnunet-regions': {
    'dataset.json': DESCRIPTION.replace('"spleen":2', '"spleen":[1,2]'),
    'imagesTr/A_0000.nrrd': from('formats/int16.nrrd'),
    'labelsTr/A.nrrd': from('formats/uint8.nrrd'),
  },
  paired: {
    'images/A.mha': from('formats/plain.mha'),
    'labels/A.nrrd': from('formats/uint8.nrrd'),
    'labels.csv': 'value,name\n1,liver\n2,spleen\n3,left kidney\n',
    'patients.csv': 'case,patient\nA,1\n',
  },
  'organ-files': {
    'P1/ct.nii.gz': from('nifti/int16.nii.gz'),
    'P1/segmentations/liver.nii.gz': from('nifti/uint16.nii.gz'),
  },
  'dicom-structures': {
    'P1/scan': from('dicom/mixed'),
    'P1/rt.dcm': from('dicom/structures.dcm'),
    DICOMDIR: dicomDirectory(),
  },
  'dicom-segments': { 'P1/scan': from('dicom/mixed'), 'P1/seg.dcm': from('dicom/segmentations/binary.dcm') },
}

const PACKED: PackedFile[] = [
  { name: 'site/images/A.nrrd', content: readFileSync(join(FIXTURES, 'formats/int16.nrrd')) },
  { name: 'site/labels/A.nrrd', content: readFileSync(join(FIXTURES, 'formats/uint8.nrrd')) },
  { name: 'site/labels.csv', content: 'value,name\n1,liver\n' },
]
const LEADING_OUT = ['../out.txt', 'a/../../../out.txt', '/tmp/organ-mosaic-out.txt', 'C:\\out.txt'].map((name) => ({
  name,
  content: 'x',
}))
const ZEROS = { name: 'zeros/', content: Buffer.alloc(20_000_000) }

const ARCHIVES: Record<string, () => Buffer> = {
  'site.zip': () => packZip(PACKED),
  'site.tar.gz': () => gzipSync(packTar(PACKED)),
  'leading-out.zip': () => packZip([...PACKED, ...LEADING_OUT]),
  'leading-out.tar.gz': () => gzipSync(packTar([...LEADING_OUT, ...PACKED])),
  'links.tar.gz': () => gzipSync(packTar([{ name: 'site', content: '/tmp', link: true }, ...PACKED])),
  'bomb.zip': () => packZip(Array.from({ length: 60 }, (_, at) => ({ ...ZEROS, name: `zeros${at}.nii` }))),
  'nested.zip': () => packZip([{ name: 'site.zip', content: packZip(PACKED) }]),
  'nested-bomb.zip': () =>
    packZip(
      Array.from({ length: 60 }, (_, at) => ({ name: `${at}.zip`, content: packZip([{ ...ZEROS, name: 'a.nii' }]) })),
    ),
  'bomb.tar.gz': () => gzipSync(packTar([ZEROS, ...PACKED].map((file) => ({ ...file, name: `${file.name}x` })))),
}

/** @returns the paths of folders and archives */
export function writeFuzzDatasets(folder: string): string[] {
  mkdirSync(folder, { recursive: true })
  const archives = Object.entries(ARCHIVES).map(([name, pack]) => {
    writeFileSync(join(folder, name), pack())
    return join(folder, name)
  })
  return [...archives, ...writeFolders(folder)]
}

function writeFolders(folder: string): string[] {
  return Object.entries(FOLDERS).map(([name, content]) => {
    for (const [path, what] of Object.entries(content)) {
      const place = join(folder, name, path)
      mkdirSync(dirname(place), { recursive: true })
      if (typeof what === 'string' || Buffer.isBuffer(what)) writeFileSync(place, what)
      else cpSync(join(FIXTURES, what.from), place, { recursive: true })
    }
    return join(folder, name)
  })
}

/** A DICOMDIR whose records point at themselves: whoever follows them never ends. */
function dicomDirectory(): Buffer {
  const record = Buffer.concat([
    element(0x0004, 0x1400, 'UL', ulong(0x188)),
    element(0x0004, 0x1420, 'UL', ulong(0x188)),
  ])
  const item = Buffer.concat([Buffer.from([0xfe, 0xff, 0x00, 0xe0]), ulong(record.length), record])
  const group = Buffer.concat([
    element(0x0002, 0x0002, 'UI', Buffer.from('1.2.840.10008.1.3.10\0')),
    element(0x0002, 0x0010, 'UI', Buffer.from('1.2.840.10008.1.2.1\0')),
  ])
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(0x0002, 0x0000, 'UL', ulong(group.length)),
    group,
    element(0x0004, 0x1200, 'UL', ulong(0x188)),
    element(0x0004, 0x1202, 'UL', ulong(0x188)),
    Buffer.from([0x04, 0x00, 0x20, 0x12]),
    Buffer.from('SQ\0\0'),
    ulong(item.length),
    item,
  ])
}

function element(group: number, number: number, vr: string, value: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt16LE(group, 0)
  head.writeUInt16LE(number, 2)
  head.write(vr, 4, 'latin1')
  head.writeUInt16LE(value.length, 6)
  return Buffer.concat([head, value])
}

function ulong(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
