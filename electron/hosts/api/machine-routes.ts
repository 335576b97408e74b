// The routes of contract/api/machine.ts.
import type { machineRoutes } from '../../../contract/api/machine.ts'
import type { Services } from '../../services/services.ts'
import type { Implementations } from './create-handler.ts'
import { answerDownload } from './answer-download.ts'

export function implementMachine({
  folders,
  tasks,
  doctor,
  settings,
  places,
  gpu,
  problemReports,
  index,
  reindex,
}: Services): Implementations<keyof typeof machineRoutes> {
  return {
    listFolders: ({ query }) => folders.list(query.path),
    createFolder: ({ body }) => folders.create(body.parent, body.name),
    getSettings: () => settings.read(),
    saveSettings: ({ body }) => settings.save(body),
    checkPlace: ({ params: { place } }) =>
      tasks.start({ kind: 'check-place', title: `Looking around on ${place}`, subject: place }, () =>
        places.check(place),
      ),
    getGpu: () => gpu.status(),
    planGpu: () => gpu.plan(),
    installGpu: () => gpu.startInstall(),
    removeGpu: () => gpu.remove(),
    startDoctor: () =>
      tasks.start({ kind: 'doctor', title: 'Examining this machine', subject: 'doctor' }, ({ signal, onEvent }) =>
        doctor({ signal, onEvent }),
      ),
    checkIndex: async () => ({ problem: await index.check() }),
    rebuildIndex: () =>
      tasks.start({ kind: 'reindex', title: 'Rebuilding the index', subject: 'index' }, async () => reindex()),
    startReport: ({ body }) =>
      tasks.start({ kind: 'report', title: 'Gathering a report', subject: 'report' }, ({ signal, onEvent }) =>
        problemReports.prepare(body, { signal, onEvent }),
      ),
    readReportFile: ({ params, query }) => ({ text: problemReports.read(params.report, query.name) }),
    getReport({ params }) {
      const { name, bytes } = problemReports.archive(params.report)
      return answerDownload(new Uint8Array(bytes), { type: 'application/zip', name })
    },
  }
}
