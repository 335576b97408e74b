// Pictures out of the viewer: the panes as they are on the screen, in one PNG.
export interface PlacedCanvas {
  readonly canvas: HTMLCanvasElement
  /** Upper left corner, in device pixels of the whole picture. */
  readonly x: number
  readonly y: number
}

export async function joinCanvases(parts: readonly PlacedCanvas[], width: number, height: number): Promise<Blob> {
  const whole = document.createElement('canvas')
  whole.width = width
  whole.height = height
  const context = whole.getContext('2d')
  if (!context) throw new Error('this browser draws no canvas')
  context.fillStyle = 'black'
  context.fillRect(0, 0, width, height)
  for (const { canvas, x, y } of parts) context.drawImage(canvas, x, y)
  return new Promise((resolve, reject) =>
    whole.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture could not be made'))), 'image/png'),
  )
}

export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
