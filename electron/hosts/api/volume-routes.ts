// The routes of contract/api/volumes.ts.
import type { volumeRoutes } from '../../../contract/api/volumes.ts'
import type { Services } from '../../services/create-services.ts'
import type { Implementations } from './create-handler.ts'

export function implementVolumes(_services: Services): Implementations<keyof typeof volumeRoutes> {
  return {}
}
