import java.io.*;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.*;
import javax.lang.model.element.*;
import javax.tools.*;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.Trees;

/**
 * A compiler that stays alive: one request, one answer, each a frame of four bytes of length and as many bytes.
 *
 * A request is: the number of options, the options; the number of sources, the sources (whether it is compiled or only
 * looked up, name, text); whether classes are wanted. An answer is: one byte ('y' accepted, 'n' refused, 'x' the compiler
 * broke); the diagnostics (file, line, code, message); the classes with a main method; the classes (name, bytes).
 * Texts and classes are in memory only. Annotation processors are off: no code of a sample runs here.
 */
public final class Compile {
    private static final StandardJavaFileManager PLATFORM =
        ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8);
    private static final int MOST_DIAGNOSTICS = 100;

    public static void main(String[] arguments) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out));
        System.setOut(System.err);
        while (true) {
            byte[] request;
            try {
                request = new byte[in.readInt()];
            } catch (EOFException end) {
                return;
            }
            in.readFully(request);
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            try {
                answer(new DataInputStream(new ByteArrayInputStream(request)), new DataOutputStream(answer));
            } catch (Throwable broken) {
                answer.reset();
                DataOutputStream said = new DataOutputStream(answer);
                said.writeByte('x');
                said.writeInt(1);
                diagnostic(said, "", 0, "", broken.toString());
                said.writeInt(0);
                said.writeInt(0);
            }
            out.writeInt(answer.size());
            answer.writeTo(out);
            out.flush();
        }
    }

    private static void answer(DataInputStream in, DataOutputStream out) throws IOException {
        List<String> options = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) options.add(text(in));
        List<Source> sources = new ArrayList<>();
        List<Source> shelf = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--)
            if (in.readBoolean()) sources.add(new Source("source", text(in), text(in)));
            else shelf.add(new Source("shelf", text(in), text(in)));
        boolean wanted = in.readBoolean();
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        Memory memory = new Memory(shelf);
        JavacTask task = (JavacTask) ToolProvider.getSystemJavaCompiler()
            .getTask(new StringWriter(), memory, said, options, null, sources);
        List<String> mains = new ArrayList<>();
        Trees trees = Trees.instance(task);
        for (Element element : task.analyze())
            if (element instanceof TypeElement type && hasMain(type) && isIn(sources, trees.getPath(type)))
                mains.add(task.getElements().getBinaryName(type).toString());
        boolean accepted = said.getDiagnostics().stream().noneMatch(one -> one.getKind() == Diagnostic.Kind.ERROR);
        if (accepted && wanted) {
            task.generate();
            accepted = said.getDiagnostics().stream().noneMatch(one -> one.getKind() == Diagnostic.Kind.ERROR);
        }
        out.writeByte(accepted ? 'y' : 'n');
        List<Diagnostic<? extends JavaFileObject>> errors = said.getDiagnostics().stream()
            .filter(one -> one.getKind() == Diagnostic.Kind.ERROR).limit(MOST_DIAGNOSTICS).toList();
        out.writeInt(errors.size());
        for (Diagnostic<? extends JavaFileObject> one : errors)
            diagnostic(out, one.getSource() == null ? "" : one.getSource().toUri().toString(), one.getLineNumber(),
                one.getCode(), one.getMessage(Locale.ROOT));
        out.writeInt(mains.size());
        for (String main : mains) text(out, main);
        out.writeInt(memory.classes.size());
        for (Map.Entry<String, ByteArrayOutputStream> one : memory.classes.entrySet()) {
            text(out, one.getKey());
            out.writeInt(one.getValue().size());
            one.getValue().writeTo(out);
        }
    }

    private static boolean isIn(List<Source> sources, TreePath path) {
        return path != null && sources.stream()
            .anyMatch(one -> one.toUri().equals(path.getCompilationUnit().getSourceFile().toUri()));
    }

    private static boolean hasMain(TypeElement type) {
        for (Element member : type.getEnclosedElements())
            if (member instanceof ExecutableElement method && method.getSimpleName().contentEquals("main")
                    && method.getModifiers().containsAll(Set.of(Modifier.PUBLIC, Modifier.STATIC))
                    && method.getParameters().size() == 1
                    && method.getParameters().get(0).asType().toString().equals("java.lang.String[]")
                    && method.getReturnType().toString().equals("void"))
                return true;
        return false;
    }

    private static void diagnostic(DataOutputStream out, String file, long line, String code, String message)
            throws IOException {
        text(out, file);
        out.writeInt((int) line);
        text(out, code);
        text(out, message);
    }

    private static String text(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** A text in memory. Its name says nothing: a public class may be in a file of any name. */
    private static final class Source extends SimpleJavaFileObject {
        private final String name;
        private final String text;

        Source(String where, String name, String text) {
            super(URI.create(where + ":///" + name), Kind.SOURCE);
            this.name = name;
            this.text = text;
        }

        String simpleName() {
            return name.substring(name.lastIndexOf('/') + 1, name.length() - ".java".length());
        }

        String packageName() {
            int slash = name.lastIndexOf('/');
            return slash < 0 ? "" : name.substring(0, slash).replace('/', '.');
        }

        @Override public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }

        @Override public boolean isNameCompatible(String simpleName, Kind kind) {
            return kind == Kind.SOURCE;
        }
    }

    /** The platform, sources that are looked up by package and name, and the classes that were made. */
    private static final class Memory extends ForwardingJavaFileManager<StandardJavaFileManager> {
        private final List<Source> shelf;
        private final Map<String, ByteArrayOutputStream> classes = new TreeMap<>();

        Memory(List<Source> shelf) {
            super(PLATFORM);
            this.shelf = shelf;
        }

        @Override public boolean hasLocation(Location location) {
            return location == StandardLocation.SOURCE_PATH || location == StandardLocation.CLASS_OUTPUT
                || super.hasLocation(location);
        }

        @Override public Iterable<JavaFileObject> list(Location location, String packageName,
                Set<JavaFileObject.Kind> kinds, boolean recurse) throws IOException {
            if (location == StandardLocation.CLASS_OUTPUT) return List.of();
            if (location != StandardLocation.SOURCE_PATH) return super.list(location, packageName, kinds, recurse);
            List<JavaFileObject> found = new ArrayList<>();
            if (kinds.contains(JavaFileObject.Kind.SOURCE))
                for (Source source : shelf) if (source.packageName().equals(packageName)) found.add(source);
            return found;
        }

        @Override public String inferBinaryName(Location location, JavaFileObject file) {
            if (!(file instanceof Source source)) return super.inferBinaryName(location, file);
            String where = source.packageName();
            return where.isEmpty() ? source.simpleName() : where + "." + source.simpleName();
        }

        @Override public boolean isSameFile(FileObject one, FileObject other) {
            return one == other;
        }

        @Override public JavaFileObject getJavaFileForOutput(Location location, String className,
                JavaFileObject.Kind kind, FileObject sibling) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            classes.put(className, bytes);
            return new SimpleJavaFileObject(URI.create("memory:///classes"), kind) {
                @Override public OutputStream openOutputStream() {
                    return bytes;
                }
            };
        }
    }
}
