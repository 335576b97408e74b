// The case that is looked at: its layers and volumes, what of them is shown, and where. Choices of looks stay when the
// next case is opened; places and volumes do not.
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, shallowRef } from 'vue'
import type { CaseView, Layer } from '../../../contract/api/volumes.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { call } from '../../api/client.ts'
import { nextPaint } from '../../composables/next-paint.ts'
import { loadVolume, sameGrid } from '../../viewer/load-volume.ts'
import { WHOLE, type PlaneView } from '../../viewer/placement.ts'
import { clampVoxel, type Plane } from '../../viewer/planes.ts'
import type { ShownLayer } from '../../viewer/slice-state.ts'
import { shapeOf, type Volume, type Voxel } from '../../viewer/volume.ts'
import type { Window } from '../../viewer/windows.ts'
import { chooseLayers, type CaseWishes } from './choose-layers.ts'
import { useLooksStore } from './looks-store.ts'

export interface LoadedLayer {
  readonly volume: Volume | null
  readonly error: unknown
}

const FIRST_CHANNEL = 'image'

/** Kept planes are there by then; planes that have to be read from the file take longer, and nothing waits for them. */
const PLANES_FIRST_MS = 300
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const noViews = (): Record<Plane, PlaneView> => ({ axial: WHOLE, coronal: WHOLE, sagittal: WHOLE })

export const useCaseStore = defineStore('case', () => {
  const looks = useLooksStore()
  const view = shallowRef<CaseView | null>(null)
  const error = shallowRef<unknown>(null)
  /** The channel that is looked at. */
  const image = shallowRef<Volume | null>(null)
  const channel = ref(0)
  /** Channels that were looked at before, with their windows: going back and forth takes no time. */
  const seen = new Map<number, { image: Volume; window: Window }>()
  const progress = ref(0)
  const loaded = shallowReactive(new Map<string, LoadedLayer>())
  /** Label layers on the screen, the last one on top. */
  const shown = ref<string[]>([])
  /** Whose organs the panel lists. */
  const active = ref<string | null>(null)
  const cross = shallowRef<Voxel>([0, 0, 0])
  const hover = shallowRef<Voxel | null>(null)
  const window = shallowRef<Window>({ centre: 40, width: 400 })
  const views = shallowRef(noViews())
  let controller = new AbortController()

  const modality = computed(() => view.value?.channels[channel.value]?.modality ?? null)
  const layerOf = (id: string): Layer | null => view.value?.layers.find((layer) => layer.id === id) ?? null
  const activeLayer = computed(() => (active.value === null ? null : layerOf(active.value)))
  const labelLayers = computed(() => view.value?.layers.filter(({ kind }) => kind !== 'image') ?? [])

  /** @param ids of layers @returns those that have arrived, as slices and surfaces draw them */
  const drawable = (ids: readonly string[]): ShownLayer[] =>
    ids.flatMap((id) => {
      const layer = layerOf(id)
      const volume = loaded.get(id)?.volume
      return layer && volume ? [{ id, volume, style: looks.styleOf(layer), segments: looks.segmentsOf(layer) }] : []
    })
  const drawnLayers = computed(() => drawable(shown.value))
  /** The same objects again when labels are switched off and on: whoever draws them sees that nothing changed. */
  const shownLayers = computed(() => (looks.labelsVisible ? drawnLayers.value : []))

  /** The image needs nothing of the list. Lists and labels wait a moment for its first planes, which come first. */
  async function open(dataset: string, caseId: string, wishes: CaseWishes): Promise<void> {
    close()
    const { signal } = controller
    const params = { dataset, case: caseId }
    const begun = Promise.withResolvers<void>()
    const picture = fetchFirst(params, signal, begun.resolve)
    const settled = Promise.allSettled([picture])
    try {
      const answer = await call('listLayers', { params }, { signal })
      await Promise.race([begun.promise, settled, sleep(PLANES_FIRST_MS)])
      if (signal.aborted) return
      view.value = answer
      const { ids, activeId } = chooseLayers(answer, wishes)
      shown.value = ids
      active.value = activeId
      const labels = ids.map((id) => ensureLoaded(id))
      await picture
      if (wishes.organ !== null) await Promise.all(labels).then(() => goToOrgan(wishes.organ))
    } catch (thrown) {
      if (!signal.aborted) error.value = thrown
    }
  }

  function close(): void {
    controller.abort()
    controller = new AbortController()
    view.value = image.value = error.value = hover.value = null
    loaded.clear()
    seen.clear()
    channel.value = 0
    shown.value = []
    active.value = null
    progress.value = 0
    views.value = noViews()
  }

  async function fetchFirst(
    params: { dataset: string; case: string },
    signal: AbortSignal,
    begun: () => void,
  ): Promise<void> {
    const response = await call('getVolume', { params: { ...params, layer: FIRST_CHANNEL } }, { signal })
    image.value = await loadVolume(response, {
      async onStart(start) {
        image.value = start
        cross.value = start.header.planes
        window.value = start.header.window
        await nextPaint()
        begun()
      },
      onProgress: (share) => (progress.value = share),
    })
  }

  /** The slices stay where they are; each channel has its own window. What was shown stays until the other one is there. */
  async function showChannel(next: number): Promise<void> {
    const layer = view.value?.layers.filter(({ kind }) => kind === 'image')[next]
    if (!view.value || !layer || !image.value?.data || next === channel.value) return
    seen.set(channel.value, { image: image.value, window: window.value })
    channel.value = next
    const { signal } = controller
    try {
      const params = { dataset: view.value.dataset, case: view.value.case.id, layer: layer.id }
      const known = seen.get(next)
      const volume =
        known?.image ??
        (await loadVolume(await call('getVolume', { params }, { signal }), { onStart: () => undefined }))
      if (!known) seen.set(next, { image: volume, window: volume.header.window })
      if (channel.value !== next || signal.aborted) return
      image.value = volume
      window.value = known?.window ?? volume.header.window
    } catch (thrown) {
      if (!signal.aborted) error.value = thrown
    }
  }

  /** Settles when the layer is there or has failed: the panel says which. */
  async function ensureLoaded(id: string): Promise<void> {
    if (loaded.has(id) || !view.value) return
    const { dataset, case: entry } = view.value
    const { signal } = controller
    loaded.set(id, { volume: null, error: null })
    try {
      const params = { dataset, case: entry.id, layer: id }
      const response = await call('getVolume', { params }, { signal })
      const volume = await loadVolume(response, {
        onStart: (start) => void loaded.set(id, { volume: start, error: null }),
      })
      loaded.set(id, { volume: requireImageGrid(volume), error: null })
    } catch (thrown) {
      if (!signal.aborted) loaded.set(id, { volume: null, error: thrown })
    }
  }

  function requireImageGrid(volume: Volume): Volume {
    if (!image.value || sameGrid(image.value.header, volume.header)) return volume
    const [theirs, own] = [volume, image.value].map((each) => shapeOf(each).join(' x '))
    throw new OrganMosaicError(
      'invalid-data',
      `This layer has ${theirs} voxels and the image ${own}; it cannot be laid over it. Evaluate again, or register the dataset again.`,
    )
  }

  function setShown(id: string, visible: boolean): void {
    shown.value = [...shown.value.filter((other) => other !== id), ...(visible ? [id] : [])]
    if (visible) active.value = id
    if (visible) void ensureLoaded(id)
  }

  function setActive(id: string): void {
    active.value = id
    void ensureLoaded(id)
  }

  function moveTo(voxel: Voxel): void {
    if (image.value) cross.value = clampVoxel(shapeOf(image.value), voxel)
  }

  /** To the middle of an organ in the first shown layer that has it. */
  function goToOrgan(organ: string | null): boolean {
    for (const id of [...(active.value ? [active.value] : []), ...shown.value]) {
      const segment = layerOf(id)?.segments.find(({ organs }) => organ !== null && organs.includes(organ))
      const content = loaded.get(id)?.volume?.content
      const found = content?.segments.find(({ value }) => value === segment?.value)
      if (!found) continue
      moveTo(found.centre)
      return true
    }
    return false
  }

  function setView(plane: Plane, next: PlaneView): void {
    views.value = { ...views.value, [plane]: next }
  }

  return {
    ...{ view, error, image, channel, modality, progress, loaded, shown, active, cross, hover, window, views },
    ...{ activeLayer, labelLayers, drawnLayers, shownLayers, layerOf, drawable },
    ...{ open, close, showChannel, ensureLoaded, setShown, setActive, moveTo, goToOrgan, setView },
    resetViews: () => void (views.value = noViews()),
  }
})
