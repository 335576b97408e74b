// organ-mosaic export-model: the trained models of a run in one file.
import { resolve } from 'node:path'
import { z } from 'zod'
import { formatBytes } from '../../../../contract/format-bytes.ts'
import { ExportedModelSchema, ModelFormatSchema } from '../../../../contract/model-file.ts'
import { exportArchive } from '../../../services/models/export-archive.ts'
import { exportOnnx } from '../../../services/models/export-onnx.ts'
import { defineCommand } from '../define-command.ts'
import { defined, stageFlag, stageOption } from '../option-schemas.ts'

export const exportModel = defineCommand({
  usage: 'export-model <run>',
  summary: 'write the models of a run into one file, for another workstation or as ONNX',
  details: `archive: all stages, for organ-mosaic import-model on another workstation. ONNX: the models of one stage, averaged,
for onnxruntime and others; resources/predict_onnx.py shows how. Neither holds images, names of cases or folders.`,
  options: [
    ['--output <file>', '(required) the file to write'],
    ['--format <archive|onnx>', 'what to write (default: by the name of the file: .onnx, else archive)'],
    stageFlag,
  ],
  examples: [
    'organ-mosaic export-model first --output ~/first.omodel.tgz',
    'organ-mosaic export-model first --output ~/first.onnx',
  ],
  input: z.object({
    run: z.string(),
    output: z.string('name the file with --output'),
    format: ModelFormatSchema.optional(),
    stage: stageOption,
  }),
  output: ExportedModelSchema,
  run: ({ workspace }, { run, output, format, stage }) => {
    const path = resolve(output)
    const chosen = format ?? (path.endsWith('.onnx') ? 'onnx' : 'archive')
    return chosen === 'onnx'
      ? exportOnnx(workspace, defined({ run, stage }), path)
      : exportArchive(workspace, run, path)
  },
  render: ({ run, format, path, bytes, stages }) =>
    `Models of run ${run} (stages ${stages.join(', ')}) as ${format === 'onnx' ? 'ONNX' : 'an archive'}: ${path}, ${formatBytes(bytes)}.`,
})
