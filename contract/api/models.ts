// Trained models that leave the workspace as one file, and those of other workstations that come in.
import { z } from 'zod'
import { NameSchema } from '../name.ts'
import { ModelFormatSchema } from '../model-file.ts'
import { StageNumberSchema } from '../run-config.ts'
import { TaskSchema } from '../task.ts'
import { route } from './route.ts'

export const modelRoutes = {
  exportModel: route('POST', '/runs/:run/model', 'Writes the models of a run into one new file', {
    params: z.object({ run: NameSchema }),
    body: z.object({
      format: ModelFormatSchema.describe('archive: all stages. onnx: those of one stage, averaged'),
      stage: StageNumberSchema.optional().describe('For onnx; absent: the last'),
      output: z.string().min(1).max(4096).describe('The file, absolute; it must not be there yet'),
    }),
    response: TaskSchema.describe('export-model; its result is an ExportedModel'),
  }),
  importModel: route('POST', '/models', 'Adds the models of another workstation as a finished run', {
    body: z.object({
      file: z.string().min(1).max(4096).describe('Written by exportModel as archive, absolute'),
      name: NameSchema.optional().describe('Of the run here; absent: the one it had'),
    }),
    response: TaskSchema.describe('import-model; its result is a RunSummary'),
  }),
}
