// The routes of contract/api/models.ts.
import type { modelRoutes } from '../../../contract/api/models.ts'
import type { Services } from '../../services/services.ts'
import type { Implementations } from './create-handler.ts'

export function implementModels({ models, folders }: Services): Implementations<keyof typeof modelRoutes> {
  return {
    exportModel: ({ params, body }) =>
      models.startExport({ run: params.run, ...body, output: folders.resolveNew(body.output) }),
    importModel: ({ body }) => models.startImport({ ...body, file: folders.resolve(body.file) }),
  }
}
