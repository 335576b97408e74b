// What the viewer uses of cornerstone-core 2.6, which ships no types.
declare module 'cornerstone-core' {
  export interface Image {
    imageId: string
    minPixelValue: number
    maxPixelValue: number
    slope: number
    intercept: number
    windowCenter: number
    windowWidth: number
    rows: number
    columns: number
    height: number
    width: number
    color: boolean
    invert: boolean
    labelmap?: boolean
    rowPixelSpacing: number
    columnPixelSpacing: number
    sizeInBytes: number
    getPixelData: () => ArrayLike<number>
    /** Grey values by stored value; images that share it share the work of making it. */
    cachedLut?: object
  }

  /** Anything with an id and a table of [red, green, blue, alpha] by value. */
  export interface Colormap {
    getId: () => string
    createLookupTable: () => readonly (readonly number[])[]
  }

  export interface Viewport {
    scale: number
    translation: { x: number; y: number }
    voi: { windowWidth: number; windowCenter: number }
    pixelReplication: boolean
    colormap?: Colormap
    labelmap?: boolean
  }

  export interface Layer {
    layerId: string
    image: Image | undefined
    viewport: Viewport
    options: { visible?: boolean }
    /** Where the layer is coloured before it is laid over the others. */
    renderingTools: {
      renderCanvas?: HTMLCanvasElement
      renderCanvasContext?: CanvasRenderingContext2D
      renderCanvasData?: ImageData
    }
  }

  export interface EnabledElement {
    canvas: HTMLCanvasElement
    viewport: Viewport
    syncViewports: boolean
    /** From the lowest to the highest. */
    layers: Layer[]
  }

  interface Cornerstone {
    enable: (element: HTMLElement) => void
    disable: (element: HTMLElement) => void
    resize: (element: HTMLElement, fitToWindow?: boolean) => void
    getEnabledElement: (element: HTMLElement) => EnabledElement
    addLayer: (
      element: HTMLElement,
      image: Image,
      options: { viewport?: Partial<Viewport>; visible?: boolean },
    ) => string
    removeLayer: (element: HTMLElement, layerId: string) => void
    getLayer: (element: HTMLElement, layerId: string) => Layer
    setLayerImage: (element: HTMLElement, image: Image, layerId: string) => void
    updateImage: (element: HTMLElement, invalidated?: boolean) => void
  }

  const cornerstone: Cornerstone
  export default cornerstone
}
