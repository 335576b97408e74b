// The routes of contract/api/runs.ts.
import type { runRoutes } from '../../../contract/api/runs.ts'
import type { Services } from '../../services/create-services.ts'
import type { Implementations } from './create-handler.ts'

export function implementRuns(services: Services): Implementations<keyof typeof runRoutes> {
  return {
    listRuns: () => services.listRuns(),
    getRun: ({ params }) => services.getRun(params.run),
  }
}
