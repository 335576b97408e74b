// What a window does with model files: writes the models of a run, takes in those of others. Each is a task.
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { RunSummary } from '../../../contract/commands.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { ModelFormat } from '../../../contract/model-file.ts'
import type { StageNumber } from '../../../contract/run-config.ts'
import type { Task } from '../../../contract/task.ts'
import { refuseRegisteredFolder } from '../runs/predict-with-run.ts'
import { findTrainedModels } from '../runs/trained-models.ts'
import type { Tasks } from '../tasks/create-tasks.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { exportArchive } from './export-archive.ts'
import { exportOnnx } from './export-onnx.ts'
import { importArchive } from './import-archive.ts'

export interface ModelExport {
  readonly run: string
  readonly format: ModelFormat
  readonly stage?: StageNumber | undefined
  /** Absolute */
  readonly output: string
}

export interface ModelDesk {
  /** @throws OrganMosaicError `conflict` when the file is there already, as findTrainedModels */
  readonly startExport: (request: ModelExport) => Task
  readonly startImport: (request: { file: string; name?: string | undefined }) => Task
}

export interface ModelDeskContext {
  readonly workspace: Workspace
  readonly tasks: Tasks
  readonly summarise: (run: string) => RunSummary
}

export function createModelDesk({ workspace, tasks, summarise }: ModelDeskContext): ModelDesk {
  return {
    startExport({ run, format, stage, output }) {
      findTrainedModels(workspace, { run })
      refuseRegisteredFolder(workspace, output)
      if (existsSync(output)) {
        throw new OrganMosaicError('conflict', `${output} is there already; choose another name for the file.`)
      }
      const request = stage === undefined ? { run } : { run, stage }
      return tasks.start({ kind: 'export-model', title: `Writing the models of ${run}`, subject: run }, () =>
        format === 'onnx' ? exportOnnx(workspace, request, output) : exportArchive(workspace, run, output),
      )
    },
    startImport({ file, name }) {
      const title = `Importing models from ${basename(file)}`
      return tasks.start({ kind: 'import-model', title, subject: file }, async ({ signal }) =>
        summarise(await importArchive(workspace, file, name, { signal })),
      )
    },
  }
}
