// organ-mosaic register: a folder of images and labels becomes a registered dataset.
import { z } from 'zod'
import { DatasetDetailSchema } from '../../../../contract/commands.ts'
import { DatasetRoleSchema } from '../../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import { OverlapRuleSchema } from '../../../../contract/overlap-rule.ts'
import { readMappingFile } from '../../../services/datasets/mapping-files.ts'
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
      'what a label value, mask or structure means, e.g. 10=mandible or 3=kidney_left+kidney_right; "PTV=" leaves it out: it is not read as an organ',
    ],
    ['--mapping <file>', 'what labels mean, from organ-mosaic mapping; --organ goes before it'],
    ['--split <label...>', 'a label that covers organs of both sides is taken apart into left and right'],
    ['--not-drawn <label...>', 'a label map without a voxel of this label says nothing of it: unlabelled, not absent'],
    [
      '--channels <names>',
      'which image channels, in this order, or how they are called, e.g. T1,T2 (for 4D files: all volumes)',
    ],
    ['--volume <n>', 'which volume of images that hold several (4D files, phases), from 1'],
    [
      '--overlap <smaller|larger|either>',
      'which of two structures that exclude each other keeps the voxels of both (default: smaller)',
    ],
    [
      '--subset <name>',
      'which dataset of a manifest.csv that lists several (default: the one of that name), or which BIDS pipeline',
    ],
    ['--images <pattern>', 'which files are images, e.g. scans/{case}.nii.gz, instead of a layout that is detected'],
    ['--labels <pattern>', 'which files are labels, e.g. contours/{case}/{organ}.nii.gz'],
  ],
  examples: [
    'organ-mosaic register ~/data/site-c --name site-c --organ 10=mandible --organ 20=larynx',
    'organ-mosaic register ~/data/site-d --organ 3=kidneys --split 3',
    'organ-mosaic register ~/data/plans --organ "Lymph nodes=" --organ Couch=couch',
    'organ-mosaic register ~/data/site-e --mapping site-c.mapping.json',
  ],
  input: z.object({
    folder: z.string(),
    name: z.string().optional(),
    role: DatasetRoleSchema.optional(),
    organ: z.array(z.string()).default([]),
    mapping: z.string().min(1).optional(),
    split: z.array(z.string().min(1)).optional(),
    notDrawn: z.array(z.string().min(1)).optional(),
    channels: z
      .string()
      .transform((names) => names.split(',').map((name) => name.trim()))
      .optional(),
    volume: z.coerce.number().int().min(1).optional(),
    subset: z.string().min(1).optional(),
    overlap: OverlapRuleSchema.optional(),
    images: z.string().min(1).optional(),
    labels: z.string().min(1).optional(),
  }),
  output: DatasetDetailSchema,
  run: async (services, input, terminal) => {
    const {
      folder,
      name,
      role,
      organ,
      split: splits,
      notDrawn,
      channels,
      volume,
      subset,
      overlap,
      images,
      labels,
    } = input
    if ((images === undefined) !== (labels === undefined)) {
      throw new OrganMosaicError('usage', '--images and --labels belong together; give both patterns.')
    }
    const patterns = images === undefined || labels === undefined ? undefined : { images, labels }
    const mapping = input.mapping === undefined ? undefined : await readMappingFile(input.mapping)
    const reading = defined({ channels, volume, subset, patterns, splits, overlap })
    const choices = notDrawn === undefined ? undefined : { notDrawn }
    const line = terminal.progress(`checking ${name ?? folder}  `)
    try {
      return await services.registerDataset(defined({ folder, name, role, organs: organ, mapping, choices, reading }), {
        onProgress: ({ done, total, caseId }) => line.count(done, total, caseId),
      })
    } finally {
      line.close()
    }
  },
  render: renderDataset,
})
