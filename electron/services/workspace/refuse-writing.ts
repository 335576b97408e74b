// A workspace that can only be looked at: whatever would change it is refused in one sentence.
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Services } from '../services.ts'
import { ACCESS } from './access.ts'
import type { Workspace } from './open-workspace.ts'

const refusal = ({ home, readOnly }: Workspace): OrganMosaicError =>
  new OrganMosaicError(
    'environment',
    `The workspace ${home} is read-only (${readOnly}): it can be looked at, and nothing in it can be changed, trained or scored. Work in one of your own: choose it with --home or ORGAN_MOSAIC_HOME.`,
    { details: { home } },
  )

/** @throws OrganMosaicError `environment` where nothing can be written to the workspace */
export function requireWritable(workspace: Workspace): void {
  if (workspace.readOnly !== null) throw refusal(workspace)
}

/** The services of a workspace that can only be looked at. */
export function refuseWriting(services: Services): Services {
  const refuse = (): never => {
    throw refusal(services.workspace)
  }
  return {
    ...withoutWriting(services, ACCESS, refuse),
    lookAtPlaces: () => Promise.resolve(),
  }
}

function withoutWriting<T extends object>(services: T, access: object, refuse: () => never): T {
  const entries = Object.entries(services).map(([name, service]: [string, unknown]) => {
    const of: unknown = Reflect.get(access, name)
    if (of === 'writes') return [name, refuse]
    return [name, typeof of === 'object' ? withoutWriting(service as object, of as object, refuse) : service]
  })
  return Object.fromEntries(entries) as T
}
