// organ-mosaic repair: labels that lie beside their image, what could be done, and doing it whenever they are read.
import { z } from 'zod'
import { LabelOfferSchema } from '../../../../contract/api/datasets.ts'
import { LabelRepairSchema, REPAIR_WORDS } from '../../../../contract/label-treatment.ts'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import { repairOffers, withRepairs } from '../../../services/datasets/repairs.ts'
import { defineCommand } from '../define-command.ts'
import { table } from '../text.ts'

export const repair = defineCommand({
  usage: 'repair <name>',
  summary: 'list labels that do not lie on their image, and repair them whenever they are read',
  details: `Without --by it lists the cases and the repairs that fit. Nothing is written to the files: the
repair is recorded in the dataset and applied whenever a label is read, and --by none takes it back.
  image-grid  ${REPAIR_WORDS['image-grid']}
  resample    ${REPAIR_WORDS.resample}
The viewer shows both on the slices of an excluded case before one is chosen.`,
  options: [
    ['--case <id...>', 'these cases (default: all that it fits)'],
    ['--by <image-grid|resample|none>', 'how, or none to take a repair back'],
  ],
  examples: ['organ-mosaic repair site-d', 'organ-mosaic repair site-d --case P012 --by image-grid'],
  input: z.object({
    name: z.string(),
    case: z.array(z.string()).optional(),
    by: z.enum([...LabelRepairSchema.options, 'none'], 'expected image-grid, resample or none').optional(),
  }),
  output: z.object({ dataset: z.string(), usableCases: z.int(), offers: z.array(LabelOfferSchema) }),
  run: async (services, { name, case: cases, by }, terminal) => {
    const dataset = services.datasetDesk.read(name)
    const usableCases = dataset.cases.filter(({ status }) => status === 'ok').length
    if (by === undefined) return { dataset: name, usableCases, offers: repairOffers(dataset) }
    const how = by === 'none' ? null : by
    const fitting = repairOffers(dataset).filter((offer) =>
      how === null ? offer.chosen !== null : offer.repairs.includes(how),
    )
    const chosen = cases ?? fitting.map(({ caseId }) => caseId)
    if (chosen.length === 0) {
      throw new OrganMosaicError('usage', `${name} has no case that this fits; organ-mosaic repair ${name} lists them.`)
    }
    const repairs = withRepairs(dataset, chosen, how, new Date().toISOString())
    const line = terminal.progress(`reading ${name}  `)
    try {
      await services.registerDataset(
        { folder: dataset.root, name, role: dataset.role, organs: 'keep', choices: { repairs } },
        { onProgress: ({ done, total, caseId }) => line.count(done, total, caseId) },
      )
    } finally {
      line.close()
    }
    const after = services.datasetDesk.read(name)
    return {
      dataset: name,
      usableCases: after.cases.filter(({ status }) => status === 'ok').length,
      offers: repairOffers(after),
    }
  },
  render: ({ dataset, usableCases, offers }, style) => {
    if (offers.length === 0) return `Every label of ${dataset} lies on its image.`
    const rows = offers.map(({ caseId, differenceMm, repairs, chosen, files }) => [
      caseId,
      differenceMm === null ? 'other size' : `${differenceMm.toFixed(1)} mm`,
      chosen ? `${chosen.repair} since ${chosen.at.slice(0, 10)}` : 'none, excluded',
      repairs.join(', ') || 'none fits',
      files.join(', '),
    ])
    return `${table(['case', 'beside by', 'repair', 'that fit', 'files'], rows, style)}\n\n${usableCases} cases of ${dataset} are usable.`
  },
})
