// organ-mosaic register: a folder of images and labels becomes a registered dataset.
import { z } from 'zod'
import { DatasetDetailSchema } from '../../../../contract/commands.ts'
import { DatasetRoleSchema } from '../../../../contract/dataset.ts'
import { defineCommand } from '../define-command.ts'
import { defined } from '../option-schemas.ts'
import { renderDataset } from '../render-dataset.ts'

export const register = defineCommand({
  usage: 'register <folder>',
  summary: 'register a folder (or a .zip, .tar.gz) of images and labels as a dataset, or check it again',
  options: [
    ['--name <name>', "the dataset's name (default: the folder's)"],
    ['--role <train|test|reference>', 'test: never trained on; reference: complete labels of training images'],
    [
      '--organ <value=organ...>',
      'what a label value or mask file means, e.g. 10=mandible or 3=kidney_left+kidney_right',
    ],
    ['--volume <n>', 'which volume of images that hold several (4D files, phases), from 1'],
  ],
  examples: ['organ-mosaic register ~/data/site-c --name site-c --organ 10=mandible --organ 20=larynx'],
  input: z.object({
    folder: z.string(),
    name: z.string().optional(),
    role: DatasetRoleSchema.optional(),
    organ: z.array(z.string()).default([]),
    volume: z.coerce.number().int().min(1).optional(),
  }),
  output: DatasetDetailSchema,
  run: async (services, { folder, name, role, organ, volume }, terminal) => {
    const line = terminal.progress(`checking ${name ?? folder}  `)
    try {
      return await services.registerDataset(defined({ folder, name, role, organs: organ, volume }), {
        onProgress: ({ done, total, caseId }) => line.count(done, total, caseId),
      })
    } finally {
      line.close()
    }
  },
  render: renderDataset,
})
