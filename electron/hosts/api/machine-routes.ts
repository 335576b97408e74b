// The routes of contract/api/machine.ts.
import type { machineRoutes } from '../../../contract/api/machine.ts'
import type { Services } from '../../services/create-services.ts'
import type { Implementations } from './create-handler.ts'

export function implementMachine({ folders, tasks, doctor }: Services): Implementations<keyof typeof machineRoutes> {
  return {
    listFolders: ({ query }) => folders.list(query.path),
    createFolder: ({ body }) => folders.create(body.parent, body.name),
    startDoctor: () =>
      tasks.start({ kind: 'doctor', title: 'Examining this machine', subject: 'doctor' }, ({ signal, onEvent }) =>
        doctor({ signal, onEvent }),
      ),
  }
}
