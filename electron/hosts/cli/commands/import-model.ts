// organ-mosaic import-model: models of another workstation as a run of this workspace.
import { resolve } from 'node:path'
import { z } from 'zod'
import { NameSchema } from '../../../../contract/name.ts'
import { RunDetailSchema } from '../../../../contract/commands.ts'
import { importArchive } from '../../../services/models/import-archive.ts'
import { defineCommand } from '../define-command.ts'

export const importModel = defineCommand({
  usage: 'import-model <file>',
  summary: 'add the models of another workstation, written by export-model, as a finished run',
  options: [['--name <run>', 'the name of the run here (default: the one it had)']],
  examples: ['organ-mosaic import-model ~/first.omodel.tgz --name from-upstairs'],
  input: z.object({ file: z.string(), name: NameSchema.optional() }),
  output: RunDetailSchema,
  run: async ({ workspace, getRun }, { file, name }) => getRun(await importArchive(workspace, resolve(file), name)),
  render: ({ summary }) =>
    `Run ${summary.name} is here, with ${summary.organs.length} organs; organ-mosaic predict ${summary.name} segments with it.`,
})
