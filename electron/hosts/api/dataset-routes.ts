// The routes of contract/api/datasets.ts.
import type { datasetRoutes } from '../../../contract/api/datasets.ts'
import { mappingOf } from '../../services/datasets/mapping-files.ts'
import { repairOffers } from '../../services/datasets/repairs.ts'
import type { Services } from '../../services/services.ts'
import type { Implementations } from './create-handler.ts'

export function implementDatasets(services: Services): Implementations<keyof typeof datasetRoutes> {
  const { datasetDesk: desk, folders, uploads } = services
  return {
    listDatasets: () => desk.list(),
    registerDataset: ({ body }) => desk.startRegistration({ ...body, folder: folders.resolve(body.folder) }),
    inspectFolder({ body }) {
      const { reading, mapping, notDrawn } = body
      const chosen = { reading, mapping, notDrawn }
      if ('folder' in body) return desk.startInspection(folders.resolve(body.folder), { known: null, ...chosen })
      const dataset = desk.read(body.dataset)
      return desk.startInspection(dataset.root, { known: dataset, ...chosen })
    },
    getLabelPicture: async ({ params, query }) => picture(await desk.drawLabel(params.task, query.label, query.case)),
    createDemoStudy: () => desk.startDemoStudy(),
    getDataset: ({ params }) => desk.get(params.dataset),
    editDataset: ({ params, body }) => desk.get(desk.edit(params.dataset, body).name),
    excludeCases: ({ params, body }) => desk.get(desk.exclude(params.dataset, body.cases, body.excluded).name),
    groupPatients: ({ params, body }) => desk.get(desk.groupPatients(params.dataset, body.rule).name),
    getMapping: ({ params }) => mappingOf(desk.read(params.dataset)),
    listRepairs: ({ params }) => repairOffers(desk.read(params.dataset)),
    repairLabels: ({ params, body }) => desk.startRepair(desk.read(params.dataset), body.cases, body.repair),
    getRepairPicture: async ({ params, query }) =>
      picture(await desk.drawRepair(params.dataset, params.caseId, query.repair)),
    rescanDataset: ({ params }) => desk.startRescan(desk.read(params.dataset)),
    relinkDataset: ({ params, body }) => desk.startRelink(desk.read(params.dataset), folders.resolve(body.folder)),
    removeDataset: ({ params }) => ({ removed: desk.remove(params.dataset) }),
    restoreDataset: ({ params }) => desk.get(desk.restore(params.removed).name),
    getThumbnail: async ({ params }) => picture(await desk.drawThumbnail(params.dataset)),
    getCaseThumbnail: async ({ params }) => picture(await desk.drawThumbnail(params.dataset, params.caseId)),
    listOrganCases: ({ params, query }) => desk.listOrganCases(params.dataset, query.organ),
    getMatrix: ({ query }) => services.getMatrix(query.names.split(',').filter((name) => name !== '')),
    beginUpload: ({ body }) => uploads.begin(body),
    async uploadFile({ params, query, request }) {
      await uploads.write(params.upload, query.path, request.body ?? noBytes())
      return {}
    },
    endUpload: ({ params }) => uploads.end(params.upload),
    async cancelUpload({ params }) {
      await uploads.cancel(params.upload)
      return {}
    },
  }
}

/** Kept by the browser for a while only: another mapping gives another picture under the same address. */
const picture = (png: Uint8Array): Response =>
  new Response(new Uint8Array(png), { headers: { 'content-type': 'image/png', 'cache-control': 'no-cache' } })

async function* noBytes(): AsyncGenerator<Uint8Array> {}
