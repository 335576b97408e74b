// organ-mosaic mapping: what the labels of a dataset mean, as a small file that another dataset is registered with.
import { resolve } from 'node:path'
import { z } from 'zod'
import { MappingFileSchema } from '../../../../contract/mapping-file.ts'
import { mappingOf } from '../../../services/datasets/mapping-files.ts'
import { writeJsonFile } from '../../../services/workspace/json-file.ts'
import { defineCommand } from '../define-command.ts'
import { count, table } from '../text.ts'

export const mapping = defineCommand({
  usage: 'mapping <name>',
  summary: 'save what the labels of a dataset mean, to share it and to register other folders with it',
  details: `The file names labels and organs, and nothing of cases, files or folders. It is applied by
organ-mosaic register FOLDER --mapping FILE, or in the window where the labels of a folder are listed. A label is found
by its name; a value without a name is found by its number.`,
  options: [['--out <file>', 'where to write it (default: it is shown)']],
  examples: ['organ-mosaic mapping site-c --out site-c.mapping.json'],
  input: z.object({ name: z.string(), out: z.string().min(1).optional() }),
  output: z.object({ file: z.string().nullable(), mapping: MappingFileSchema }),
  run: ({ datasetDesk }, { name, out }) => {
    const content = mappingOf(datasetDesk.read(name))
    if (out === undefined) return { file: null, mapping: content }
    const file = resolve(out)
    writeJsonFile(file, content)
    return { file, mapping: content }
  },
  render: ({ file, mapping: { labels } }, style) => {
    const rows = labels.map(({ key, name, organs, split, notDrawn }) => [
      key,
      name,
      organs.length > 0 ? organs.join(' + ') : 'left out',
      [split ? 'split into left and right' : '', notDrawn ? 'not drawn where there is none' : '']
        .filter((word) => word !== '')
        .join(', '),
    ])
    const shown = table(['label', 'name', 'organs', ''], rows, style)
    return file === null ? shown : `${shown}\n\n${count(labels.length, 'label')} in ${file}`
  },
})
