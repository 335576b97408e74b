// The whole API as one table: hosts implement every entry, the renderer's client calls them by name.
import { appRoutes } from './app.ts'
import { datasetRoutes } from './datasets.ts'
import { machineRoutes } from './machine.ts'
import { modelRoutes } from './models.ts'
import { resultRoutes } from './results.ts'
import { runRoutes } from './runs.ts'
import { studyRoutes } from './studies.ts'
import { volumeRoutes } from './volumes.ts'

export const api = {
  ...appRoutes,
  ...datasetRoutes,
  ...machineRoutes,
  ...modelRoutes,
  ...resultRoutes,
  ...runRoutes,
  ...studyRoutes,
  ...volumeRoutes,
}
export type Api = typeof api
export type RouteName = keyof Api

export * from './app.ts'
export * from './route.ts'
