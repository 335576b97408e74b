// The routes of contract/api/machine.ts.
import type { machineRoutes } from '../../../contract/api/machine.ts'
import type { Services } from '../../services/create-services.ts'
import type { Implementations } from './create-handler.ts'

export function implementMachine(_services: Services): Implementations<keyof typeof machineRoutes> {
  return {}
}
