// docs/results/formats.md: what the readers make of every file of the shared test data, and whether others agree.
// usage: npm run results:formats -- --data FOLDER [--python PATH] [--output FILE.md]
//        FOLDER holds import/ and totalsegmentator/; PATH is a Python with nibabel, SimpleITK, pydicom and highdicom
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { confirm } from './formats/confirm.ts'
import { tableOf, tallyOf, type Tally } from './formats/format-tables.ts'
import { readEveryFile } from './formats/read-every-file.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' },
    python: { type: 'string' },
    output: { type: 'string', default: 'docs/results/formats.md' },
  },
})
const data = resolve(values.data)
const parts = ['import', 'totalsegmentator'].filter((name) => existsSync(join(data, name)))
if (parts.length === 0) {
  console.error(`${data} holds neither import/ nor totalsegmentator/. usage: npm run results:formats -- --data FOLDER`)
  process.exit(2)
}

const count = (number: number, what: string): string => `${number} ${what}`
const sentence = (name: string, { files, images, structures, refused, crashed }: Tally): string =>
  `- **${name}**, ${count(files, 'files')}: ${count(images, 'read as images or label maps')}, ${count(structures, 'as named structures')}, ${count(refused, 'refused with a sentence of their own')}, ${count(crashed, 'ended in any other way')}.`

const sentences: string[] = []
const tables: string[] = []
const words = new Map<string, number>()
for (const name of parts) {
  console.error(`reading ${name} ...`)
  const files = await readEveryFile(join(data, name))
  const confirmed = values.python === undefined ? new Map<string, string>() : confirm(files, values.python)
  for (const word of confirmed.values()) words.set(word, (words.get(word) ?? 0) + 1)
  sentences.push(sentence(name, tallyOf(files)))
  tables.push(`## ${name}\n\n${tableOf(files, join(data, name), confirmed)}`)
}
const comparison =
  values.python === undefined
    ? 'No other reader was asked: no Python was given.'
    : `Other readers: ${[...words]
        .sort((a, b) => b[1] - a[1])
        .map(([word, times]) => `${word} ${times}`)
        .join(', ')}.`
const text = `# Every file of the shared test data

Made by \`npm run results:formats -- --data FOLDER --python PATH\`.

What [the readers](../reference/formats.md) make of each file, one file at a time (a DICOM slice is then a volume of one slice):

${sentences.join('\n')}

How it is compared: shape and place (within 0.001 mm) and the sum of all values (within 1e-5) with nibabel (NIfTI) and SimpleITK (NRRD, DICOM), the sum alone with pydicom, the voxels of every segment with highdicom. The depth of a single slice is left out, because one slice has none. ${comparison}

The RTSTRUCT gives the NIfTI label map back that it was made from, every structure voxel by voxel (\`trainer/imaging/dicom/read-dicom.spec.ts\`); no other reader fills contours.

${tables.join('\n\n')}
`
await writeFile(resolve(values.output), text)
console.error(`${sentences.join('\n')}\n${comparison}\nwrote ${values.output}`)
