// Every route of the API on top of the services: one module an area of the contract.
import type { AppInfo } from '../../../contract/api/app.ts'
import type { Services } from '../../services/services.ts'
import { implementApp } from './app-routes.ts'
import type { Implementations } from './create-handler.ts'
import { implementDatasets } from './dataset-routes.ts'
import { implementMachine } from './machine-routes.ts'
import { implementModels } from './model-routes.ts'
import { implementResults } from './result-routes.ts'
import { implementRuns } from './run-routes.ts'
import { implementStudies } from './study-routes.ts'
import { implementVolumes } from './volume-routes.ts'

export function implementApi(services: Services, info: () => AppInfo): Implementations {
  const routes: Implementations = {
    ...implementApp(services, info),
    ...implementDatasets(services),
    ...implementMachine(services),
    ...implementModels(services),
    ...implementResults(services),
    ...implementRuns(services),
    ...implementStudies(services),
    ...implementVolumes(services),
  }
  const noted = Object.entries(routes).map(([name, answer]) => [name, notingDamage(services, answer)])
  return Object.fromEntries(noted) as Implementations
}

/** Whichever question meets damage of the index: the window offers to rebuild it on every screen from then on. */
const notingDamage =
  ({ index }: Services, answer: (call: never) => unknown) =>
  async (call: never): Promise<unknown> => {
    try {
      return await answer(call)
    } catch (thrown) {
      index.noteDamage(thrown)
      throw thrown
    }
  }
