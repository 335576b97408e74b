// The surfaces on the screen: one actor an organ, and a camera that is turned by mouse and keys. Loaded only when shown.
import '@kitware/vtk.js/Rendering/Profiles/Geometry'
import vtkDataArray from '@kitware/vtk.js/Common/Core/DataArray'
import vtkPolyData from '@kitware/vtk.js/Common/DataModel/PolyData'
import vtkActor from '@kitware/vtk.js/Rendering/Core/Actor'
import vtkMapper from '@kitware/vtk.js/Rendering/Core/Mapper'
import vtkRenderer from '@kitware/vtk.js/Rendering/Core/Renderer'
import vtkRenderWindow from '@kitware/vtk.js/Rendering/Core/RenderWindow'
import vtkOpenGLRenderWindow from '@kitware/vtk.js/Rendering/OpenGL/RenderWindow'
import { parseColor, type SegmentStyle } from '../organ-style.ts'
import type { Surface } from './surface-worker.ts'

export class SurfaceScene {
  private readonly renderer = vtkRenderer.newInstance({ background: [0, 0, 0] })
  private readonly window = vtkRenderWindow.newInstance()
  private readonly view = vtkOpenGLRenderWindow.newInstance()
  private readonly actors = new Map<number, vtkActor>()
  private readonly observer: ResizeObserver
  private readonly element: HTMLElement
  private waiting = 0

  constructor(element: HTMLElement) {
    this.element = element
    this.window.addRenderer(this.renderer)
    this.window.addView(this.view)
    this.view.setContainer(element)
    this.observer = new ResizeObserver(() => this.resize())
    this.observer.observe(element)
    this.resize()
  }

  destroy(): void {
    cancelAnimationFrame(this.waiting)
    this.observer.disconnect()
    this.clear()
    this.window.removeView(this.view)
    // Without its context back, a browser that gives few of them would soon give none.
    this.view.getCanvas()?.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext()
    this.element.replaceChildren()
  }

  clear(): void {
    for (const actor of this.actors.values()) this.renderer.removeActor(actor)
    this.actors.clear()
    this.draw()
  }

  has(value: number): boolean {
    return this.actors.has(value)
  }

  add(value: number, { points, normals, polys }: Surface, style: SegmentStyle): void {
    const data = vtkPolyData.newInstance()
    data.getPoints().setData(points, 3)
    data.getPolys().setData(polys)
    if (normals.length > 0) {
      const array = vtkDataArray.newInstance({ numberOfComponents: 3, values: normals, name: 'Normals' })
      data.getPointData().setNormals(array)
    }
    const mapper = vtkMapper.newInstance({ scalarVisibility: false })
    mapper.setInputData(data)
    const actor = vtkActor.newInstance()
    actor.setMapper(mapper)
    const property = actor.getProperty()
    property.setAmbient(0.15)
    property.setDiffuse(0.85)
    property.setSpecular(0.15)
    property.setSpecularPower(20)
    this.actors.set(value, actor)
    this.renderer.addActor(actor)
    this.style(value, style)
  }

  style(value: number, { visible, color, opacity }: SegmentStyle): void {
    const actor = this.actors.get(value)
    if (!actor) return
    const [red, green, blue] = parseColor(color).map((part) => part / 255)
    actor.setVisibility(visible)
    actor.getProperty().setColor(red, green, blue)
    actor.getProperty().setOpacity(opacity)
    this.draw()
  }

  /** From the front, head up: the patient's right is on the left, as in a coronal slice. */
  face(): void {
    const camera = this.renderer.getActiveCamera()
    camera.setFocalPoint(0, 0, 0)
    camera.setPosition(0, -1, 0)
    camera.setViewUp(0, 0, 1)
    this.renderer.resetCamera()
    camera.zoom(1.2)
    this.draw()
  }

  /** @param right,up degrees */
  turn(right: number, up: number): void {
    const camera = this.renderer.getActiveCamera()
    camera.azimuth(-right)
    camera.elevation(up)
    camera.orthogonalizeViewUp()
    this.renderer.resetCameraClippingRange()
    this.draw()
  }

  zoom(factor: number): void {
    this.renderer.getActiveCamera().zoom(factor)
    this.renderer.resetCameraClippingRange()
    this.draw()
  }

  async snapshot(): Promise<HTMLCanvasElement> {
    const picture = this.view.captureNextImage('image/png')
    this.window.render()
    const image = new Image()
    image.src = (await picture) ?? ''
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.width
    canvas.height = image.height
    canvas.getContext('2d')?.drawImage(image, 0, 0)
    return canvas
  }

  /** At most once a frame. */
  private draw(): void {
    if (this.waiting !== 0) return
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0
      this.renderer.resetCameraClippingRange()
      this.window.render()
    })
  }

  private resize(): void {
    const ratio = devicePixelRatio
    const [width, height] = [this.element.clientWidth, this.element.clientHeight]
    this.view.setSize(Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio)))
    this.draw()
  }
}
