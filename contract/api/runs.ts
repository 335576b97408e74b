// Training runs: made, started, watched, stopped.
import { z } from 'zod'
import { RunDetailSchema, RunSummarySchema } from '../commands.ts'
import { NameSchema } from '../dataset.ts'
import { route } from './route.ts'

const params = z.object({ run: NameSchema })

export const runRoutes = {
  listRuns: route('GET', '/runs', 'All runs, newest first', { response: z.array(RunSummarySchema) }),
  getRun: route('GET', '/runs/:run', 'One run: configuration, latest metrics, checkpoints, findings', {
    params,
    response: RunDetailSchema,
  }),
}
