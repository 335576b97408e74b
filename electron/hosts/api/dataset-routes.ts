// The routes of contract/api/datasets.ts.
import type { datasetRoutes } from '../../../contract/api/datasets.ts'
import type { Services } from '../../services/create-services.ts'
import type { Implementations } from './create-handler.ts'

export function implementDatasets(services: Services): Implementations<keyof typeof datasetRoutes> {
  return {
    listDatasets: () => services.listDatasets(),
    getDataset: ({ params }) => services.getDataset(params.dataset),
    getMatrix: ({ query }) => services.getMatrix(query.names.split(',').filter((name) => name !== '')),
  }
}
