// Datasets: what is registered, and what becomes of a folder before and after it is.
import { z } from 'zod'
import { DatasetDetailSchema, DatasetSummarySchema } from '../commands.ts'
import { NameSchema } from '../dataset.ts'
import { MatrixSchema } from '../matrix.ts'
import { route } from './route.ts'

const params = z.object({ dataset: NameSchema })

export const datasetRoutes = {
  listDatasets: route('GET', '/datasets', 'All datasets, alphabetical', { response: z.array(DatasetSummarySchema) }),
  getDataset: route('GET', '/datasets/:dataset', 'One dataset: cases, statistics, findings', {
    params,
    response: DatasetDetailSchema,
  }),
  getMatrix: route('GET', '/matrix', 'The availability matrix of some datasets', {
    query: z.object({ names: z.string().describe('Comma-separated, in row order') }),
    response: MatrixSchema,
  }),
}
