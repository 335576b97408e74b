// The routes of contract/api/results.ts.
import type { resultRoutes } from '../../../contract/api/results.ts'
import type { Services } from '../../services/create-services.ts'
import type { Implementations } from './create-handler.ts'

export function implementResults(_services: Services): Implementations<keyof typeof resultRoutes> {
  return {}
}
