/** An answer that is written piece by piece, so that its size does not matter. */
export class TextStream {
  readonly contentType: string
  readonly filename: string
  readonly chunks: AsyncIterable<string>
  constructor(contentType: string, filename: string, chunks: AsyncIterable<string>) {
    this.contentType = contentType
    this.filename = filename
    this.chunks = chunks
  }
}
