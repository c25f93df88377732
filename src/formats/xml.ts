// XML, element by element. Nothing outside the text is read and no entity but XML's own five is known, so none can grow.
import sax from 'sax';

export type Attributes = Readonly<Record<string, string>>;

/** What is told of a document: each element as it begins, with its attributes, and as it ends. */
export interface XmlListener {
  opened(name: string, attributes: Attributes): void;
  closed(name: string): void;
}

/** Tells a listener of all elements, in order. Throws an Error that names the line where the text is not well-formed XML. */
export function readXml(text: string, listener: XmlListener): void {
  const parser = sax.parser(true, { position: true });
  Object.assign(parser, {
    onerror({ message }: Error) {
      const [what = ''] = message.split('\n');
      throw new Error(`line ${parser.line + 1}: ${what}`);
    },
    onopentag: ({ name, attributes }: sax.Tag) => listener.opened(name, attributes),
    onclosetag: (name: string) => listener.closed(name),
  });
  parser.write(text).close();
}
