// The routes of contract/api/volumes.ts.
import type { volumeRoutes } from '../../../contract/api/volumes.ts'
import type { Services } from '../../services/services.ts'
import type { Implementations } from './create-handler.ts'

export function implementVolumes({ volumes }: Services): Implementations<keyof typeof volumeRoutes> {
  return {
    listLayers: ({ params }) => volumes.viewCase(params.dataset, params.case),
    async getVolume({ params }) {
      const stream = await volumes.openVolume(params.dataset, params.case, params.layer)
      // Volumes are large and cheap to make again: the browser's disk is no place for them.
      return new Response(stream, {
        headers: { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' },
      })
    },
  }
}
