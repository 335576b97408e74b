// The routes of contract/api/runs.ts.
import type { runRoutes } from '../../../contract/api/runs.ts'
import type { Services } from '../../services/services.ts'
import type { Implementations } from './create-handler.ts'

export function implementRuns(services: Services): Implementations<keyof typeof runRoutes> {
  const { runDesk } = services
  return {
    listRuns: () => runDesk.list(),
    createRun: ({ body }) => runDesk.create(body),
    getRun: ({ params }) => services.getRun(params.run),
    resumeRun: ({ params, body }) => runDesk.resume(params.run, body),
    controlRun: ({ params, body }) => services.controlRun(params.run, body.request),
    removeRun: ({ params }) => ({ removed: runDesk.remove(params.run) }),
    restoreRun: ({ params }) => runDesk.restore(params.removed),
    getMetrics: ({ params, query }) => runDesk.metrics(params.run, query.since, query.points),
    getRunLog: ({ params, query }) => runDesk.log(params.run, query.since),
    getTrainerLog: ({ params }) => runDesk.trainerLog(params.run),
    listRunSlices: ({ params }) => runDesk.listSlices(params.run),
    getRunSlice: ({ params }) => runDesk.slice(params.run, params.file),
    previewConfig: ({ body }) => runDesk.previewConfig(body),
    previewRun: ({ body }) => runDesk.preview(body),
    startPreflight: ({ body }) => runDesk.startPreflight(body),
  }
}
