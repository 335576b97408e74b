// The whole API as one table: hosts implement every entry, the renderer's client calls them by name.
import { appRoutes } from './app.ts'
import { datasetRoutes } from './datasets.ts'
import { runRoutes } from './runs.ts'

export const api = { ...appRoutes, ...datasetRoutes, ...runRoutes }
export type Api = typeof api
export type RouteName = keyof Api

export * from './app.ts'
export * from './route.ts'
